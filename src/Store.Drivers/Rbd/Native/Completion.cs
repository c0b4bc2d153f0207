using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GlanceStore.Drivers.Rbd.Native;

/// <summary>An operation under way in librados or librbd, as a task of what it returns.</summary>
/// <remarks>
/// Callbacks come on the library's own threads, which must not be kept: all they do is to complete the task, whose continuations run
/// elsewhere. There is no way to cancel an operation; whoever no longer waits for one leaves it to end by itself.
/// </remarks>
internal static unsafe class Completion
{
    /// <summary>Begins an operation of librbd.</summary>
    /// <param name="call">Its name, for the error.</param>
    /// <param name="begin">Begins it with a completion, and returns what the call returned.</param>
    public static Task<long> OfRbd(string call, Func<nint, int> begin) => Begin(call, begin,
        static argument => (RbdCalls.CreateCompletion(argument, &RbdCompleted, out var completion), completion), static completion => RbdCalls.Release(completion));

    /// <summary>As <see cref="OfRbd"/>, for librados.</summary>
    public static Task<long> OfRados(string call, Func<nint, int> begin) => Begin(call, begin,
        static argument => (RadosCalls.CreateCompletion(argument, &RadosCompleted, 0, out var completion), completion), static completion => RadosCalls.Release(completion));

    private static Task<long> Begin(string call, Func<nint, int> begin, Func<nint, (int Result, nint Completion)> create, Action<nint> release)
    {
        var pending = new Pending(call);
        var argument = GCHandle.Alloc(pending);
        var (result, completion) = create(GCHandle.ToIntPtr(argument));
        if (result >= 0)
        {
            result = begin(completion);
            if (result >= 0)
            {
                return pending.Task;
            }

            release(completion);
        }

        argument.Free();
        throw new CephException(-result, call);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void RbdCompleted(nint completion, nint argument)
    {
        var result = RbdCalls.ReturnValue(completion);
        RbdCalls.Release(completion);
        Complete(argument, result);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void RadosCompleted(nint completion, nint argument)
    {
        var result = RadosCalls.ReturnValue(completion);
        RadosCalls.Release(completion);
        Complete(argument, result);
    }

    private static void Complete(nint argument, long result)
    {
        var handle = GCHandle.FromIntPtr(argument);
        var pending = (Pending)handle.Target!;
        handle.Free();
        pending.Complete(result);
    }

    private sealed class Pending(string call)
    {
        private readonly TaskCompletionSource<long> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<long> Task => _source.Task;

        public void Complete(long result)
        {
            if (result < 0)
            {
                _source.SetException(new CephException((int)-result, call));
            }
            else
            {
                _source.SetResult(result);
            }
        }
    }
}
