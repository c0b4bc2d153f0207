#!/usr/bin/env bash
# Guess: Swift, which honours "If-None-Match: *" on PUT and refuses any other If-None-Match there, honours If-Match and If-Unmodified-Since
#   as well, or refuses them: a replacement or a deletion can be made to depend on the object being the one that was seen.
# Seen (Swift 2.30.1): PUT with the If-Match of another object answers 201 and overwrites, PUT with an If-Unmodified-Since long past answers
#   201 and overwrites, DELETE with the wrong If-Match answers 204 and deletes; reading with that If-Match does answer 412. A lock built
#   upon it locks nothing and no answer shows it.
. "$(dirname "$(readlink -f "$0")")/swift.sh"

other='"00000000000000000000000000000000"'
expect 'PUT' 201 "$(call -X PUT -d one "$at/images/a")"
expect 'PUT with If-None-Match: * on an object' 412 "$(call -X PUT -H 'If-None-Match: *' -d two "$at/images/a")"
expect 'PUT with another If-None-Match' 400 "$(call -X PUT -H "If-None-Match: $other" -d two "$at/images/a")"
expect 'GET with the If-Match of another object' 412 "$(call -H "If-Match: $other" "$at/images/a")"
expect 'PUT with the If-Match of another object' 201 "$(call -X PUT -H "If-Match: $other" -d two "$at/images/a")"
expect 'PUT with If-Unmodified-Since the year 2000' 201 "$(call -X PUT -H 'If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT' -d three "$at/images/a")"
expect 'reading it' 200 "$(call "$at/images/a")"
expect 'the object' three "$(cat body)"
expect 'DELETE with the If-Match of another object' 204 "$(call -X DELETE -H "If-Match: $other" "$at/images/a")"
expect 'reading it after that' 404 "$(call "$at/images/a")"
