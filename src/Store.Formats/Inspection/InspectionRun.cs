namespace GlanceStore.Formats.Inspection;

/// <summary>
/// Feeds an inspection with what it asks for, in ascending order, from bytes that pass by or that are fetched; it cannot tell which, so the
/// verdict is the same.
/// </summary>
internal sealed class InspectionRun
{
    private readonly ImageView _view = new();
    private readonly InspectionReport _report = new();
    private readonly IEnumerator<Need> _steps;
    private Need _need;
    private bool _ended;
    private bool _done;
    private byte[]? _filling;
    private int _filled;

    public InspectionRun()
    {
        _steps = Recognition.Inspect(_view, _report).GetEnumerator();
        Advance();
    }

    /// <summary>How far the image has been passed.</summary>
    public long Position { get; private set; }

    /// <summary>What is waited for; null where nothing more is.</summary>
    public Need? Wanted => _done ? null : _need;

    /// <summary>Whether nothing more is waited for than the length of the image, if that.</summary>
    public bool WaitsForLength => Wanted is null or { Kind: NeedKind.Length };

    public long HeldBytes => _view.HeldBytes + (_filling?.Length ?? 0);

    /// <summary>Passes bytes that are there; what is wanted of them is kept.</summary>
    public void Pass(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = Take(bytes);
            Position += count;
            bytes = bytes[count..];
            if (_filling is not null && _filled == _filling.Length)
            {
                Keep();
                Advance();
            }
        }
    }

    /// <summary>Passes bytes that nobody wants.</summary>
    public void SkipTo(long offset) => Position = Math.Max(Position, offset);

    /// <summary>The image is over.</summary>
    public ImageInspection End(long length, byte[] tail)
    {
        if (_filling is not null)
        {
            _filling = _filling[.._filled];
            Keep();
        }

        _ended = true;
        Position = length;
        _view.End(length, tail);
        if (!_done)
        {
            Advance();
        }

        return _report.Conclude(length);
    }

    private int Take(ReadOnlySpan<byte> bytes)
    {
        if (_filling is null)
        {
            return bytes.Length;
        }

        var start = _need.Offset;
        if (Position < start)
        {
            return (int)Math.Min(bytes.Length, start - Position);
        }

        var count = Math.Min(bytes.Length, _filling.Length - _filled);
        bytes[..count].CopyTo(_filling.AsSpan(_filled));
        _filled += count;
        return count;
    }

    private void Keep()
    {
        if (_filling!.Length > 0)
        {
            _view.Add(_need.Offset, _filling);
        }

        (_filling, _filled) = (null, 0);
    }

    // To the next thing that is not there and may still come; what never will is for the inspection to notice.
    private void Advance()
    {
        while (_steps.MoveNext())
        {
            _need = _steps.Current;
            if (_ended)
            {
                continue;
            }

            if (_need.Kind != NeedKind.Bytes)
            {
                return;
            }

            var there = _view.CountAt(_need.Offset, _need.Length);
            var missing = _need.Length - there;
            if (missing > 0 && _need.Offset + there >= Position && _view.HeldBytes + missing <= ImageView.MostHeldBytes)
            {
                _need = Need.Bytes(_need.Offset + there, missing);
                _filling = new byte[missing];
                return;
            }
        }

        _done = true;
        _view.Forget(0);
    }
}
