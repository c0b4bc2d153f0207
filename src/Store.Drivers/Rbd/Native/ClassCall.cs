using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>A question that the OSD answers of what is in an object, by a method of one of its classes, as librbd itself asks.</summary>
internal sealed unsafe class ClassCall : IDisposable
{
    private const int LongestAnswer = 8192;

    private readonly string _method;
    private readonly nint _operation = RadosCalls.CreateReadOperation();

    // What the library writes into while the operation is under way: the answer, its length, and the result.
    private readonly NativeBuffer _answer = NativeBuffer.Rent(LongestAnswer);
    private readonly nuint* _told = (nuint*)NativeMemory.AllocZeroed((nuint)(2 * sizeof(nuint)));

    /// <param name="method">The method.</param>
    /// <param name="input">What it is asked, as Ceph encodes it.</param>
    /// <param name="class">Whose method it is.</param>
    public ClassCall(string method, ReadOnlySpan<byte> input, string @class = "rbd")
    {
        _method = $"{@class}.{method}";
        fixed (byte* start = input)
        {
            RadosCalls.Execute(_operation, @class, method, start, (nuint)input.Length, _answer.Pointer, LongestAnswer, _told, (int*)(_told + 1));
        }
    }

    /// <summary>What was answered, once it was.</summary>
    public ReadOnlySpan<byte> Answer
    {
        get
        {
            CephException.ThrowIfFailed(*(int*)(_told + 1), _method);
            return _answer.Span[..(int)*_told];
        }
    }

    /// <summary>Begins to ask of an object.</summary>
    public int Begin(RadosPool pool, string name, nint completion) => RadosCalls.Operate(_operation, pool, completion, name, 0);

    /// <summary>Asks of an object, and blocks until it was answered; false where there is no such object, or not what the question is about.</summary>
    public bool TryAsk(RadosPool pool, string name) =>
        !CephException.IsError(RadosCalls.OperateNow(_operation, pool, name, 0), CephErrno.NotFound, _method);

    /// <inheritdoc/>
    public void Dispose()
    {
        RadosCalls.ReleaseReadOperation(_operation);
        NativeMemory.Free(_told);
        _answer.Dispose();
    }
}
