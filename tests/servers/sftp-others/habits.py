#!/usr/bin/python3
"""SFTP servers with habits that real ones have, each on a port of its own: habits.py ROOT HOSTKEY PORT[:HABIT[=N]]...

Any user logs in with the password "sftp-secret"; what is counted is counted for each. The habits:
  truncates     every opening for writing empties the file
  lastwins      a handle keeps a copy of the file, and its closing puts that in the file's place
  inorder       a write that is not at the end of what was written is refused
  oneopen       a connection has one file open at a time
  onelogin      a second connection is refused
  notype        attributes do not tell a file's type
  notimes       attributes do not tell a file's times
  nostat        an open file tells no attributes
  maxread=N     longer reads are refused
  full=CODE     after 100,000 bytes every write is refused with that code
  dropclose=N   the N-th closing ends the connection
  closeempty=CODE  closing an empty file is refused with that code
"""
import asyncio
import collections
import os
import sys

import asyncssh
from asyncssh.sftp import SFTPAttrs, SFTPError

root, key = sys.argv[1], sys.argv[2]


class Answer(SFTPError):
    """Sends its code as it is, though the protocol is version 3."""

    def encode(self, version):
        return asyncssh.packet.UInt32(self.code) + asyncssh.packet.String(self.reason) + asyncssh.packet.String("en")


class Login(asyncssh.SSHServer):
    def __init__(self, habits, states):
        self.habits, self.states, self.state = habits, states, None

    def connection_lost(self, reason):
        if self.state:
            self.state["logins"] -= 1

    def password_auth_supported(self):
        return True

    def validate_password(self, user, password):
        state = self.states[user]
        if password != "sftp-secret" or ("onelogin" in self.habits and state["logins"]):
            return False
        self.state = state
        state["logins"] += 1
        return True


class Handle:
    def __init__(self, file, path, writes):
        self.file, self.path, self.writes, self.at = file, path, writes, 0
        self.copy = bytearray(file.read()) if writes == "copy" else None


class Files(asyncssh.SFTPServer):
    def __init__(self, channel, habits, states):
        super().__init__(channel, chroot=root.encode())
        self.habits, self.open_files, self.sent = habits, 0, 0
        self.wire = channel.get_connection()
        self.state = states[self.wire.get_extra_info("username")]

    def open(self, path, flags, attributes):
        writes = bool(flags & asyncssh.FXF_WRITE)
        if "oneopen" in self.habits and self.open_files:
            raise Answer(3, "a transfer is in progress")
        if "truncates" in self.habits and writes:
            flags |= asyncssh.FXF_TRUNC
        if "lastwins" in self.habits and writes:
            flags |= asyncssh.FXF_READ
            writes = "copy"
        file = super().open(path, flags, attributes)
        self.open_files += 1
        return Handle(file, self.map_path(path), writes)

    def read(self, handle, offset, size):
        if size > self.habits.get("maxread", size):
            raise Answer(4, "too long")
        return super().read(handle.file, offset, size)

    def write(self, handle, offset, data):
        if "inorder" in self.habits and offset != handle.at:
            raise Answer(4, "illegal seek")
        self.sent += len(data)
        handle.at = offset + len(data)
        if "full" in self.habits and self.sent > 100000:
            raise Answer(self.habits["full"], "no room")
        if handle.copy is None:
            return super().write(handle.file, offset, data)
        if len(handle.copy) < offset:
            handle.copy.extend(bytes(offset - len(handle.copy)))
        handle.copy[offset:handle.at] = data
        return len(data)

    def close(self, handle):
        size = os.fstat(handle.file.fileno()).st_size
        handle.file.close()
        self.open_files -= 1
        if handle.copy is not None:
            size = len(handle.copy)
            with open(handle.path, "wb") as file:
                file.write(handle.copy)
        self.state["closings"] += 1
        if self.state["closings"] == self.habits.get("dropclose"):
            self.wire.abort()
        if "closeempty" in self.habits and handle.writes and not size:
            raise Answer(self.habits["closeempty"], "nothing sent")

    def told(self, status):
        attributes = SFTPAttrs.from_local(status)
        if "notype" in self.habits:
            attributes.permissions &= 0o777
        if "notimes" in self.habits:
            attributes.atime = attributes.mtime = None
        return attributes

    def lstat(self, path):
        return self.told(super().lstat(path))

    def stat(self, path):
        return self.told(super().stat(path))

    def fstat(self, handle):
        if "nostat" in self.habits:
            raise Answer(8, "not here")
        return self.told(os.fstat(handle.file.fileno()))

    def fsetstat(self, handle, attributes):
        pass


def listen(argument):
    port, _, names = argument.partition(":")
    pairs = (name.partition("=") for name in names.split(",") if name)
    habits = {name: int(value or 1) for name, _, value in pairs}
    states = collections.defaultdict(lambda: {"closings": 0, "logins": 0})
    return asyncssh.create_server(
        lambda: Login(habits, states), "127.0.0.1", int(port), server_host_keys=[key],
        sftp_factory=lambda channel: Files(channel, habits, states), reuse_address=True)


async def main():
    for argument in sys.argv[3:]:
        await listen(argument)
    await asyncio.get_event_loop().create_future()


asyncio.run(main())
