using System.Runtime.InteropServices;

namespace PlamoNative.Kernels.Ptx;

/// <summary>One axis of up to four tensors that are walked together: its size, and what a step along it is in each, 0 where it is repeated.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ElementAxis
{
    /// <summary>Places along the axis.</summary>
    public long Size;

    /// <summary>The step in the first input.</summary>
    public long X;

    /// <summary>The step in the second input.</summary>
    public long Y;

    /// <summary>The step in the third input.</summary>
    public long Z;

    /// <summary>The step in the output.</summary>
    public long Output;
}

/// <summary>
/// Elements numbered row-major, and where they lie in up to four tensors of any strides: what a kernel needs to know no strides. Up to five inner axes, the innermost first, and the
/// outermost, along which nothing has to be divided.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ElementLayout
{
    /// <summary>Inner axes that there are.</summary>
    public long Inner;

    /// <summary>The innermost axis.</summary>
    public ElementAxis First;

    /// <summary>The axis outside of it.</summary>
    public ElementAxis Second;

    /// <summary>The axis outside of it.</summary>
    public ElementAxis Third;

    /// <summary>The axis outside of it.</summary>
    public ElementAxis Fourth;

    /// <summary>The axis outside of it.</summary>
    public ElementAxis Fifth;

    /// <summary>The outermost axis.</summary>
    public ElementAxis Outermost;

    /// <summary>Where an element lies.</summary>
    public static ElementPlaces At(ElementLayout layout, long index)
    {
        var places = default(ElementPlaces);
        if (layout.Inner > 0)
        {
            index = Step(layout.First, index, ref places);
        }

        if (layout.Inner > 1)
        {
            index = Step(layout.Second, index, ref places);
        }

        if (layout.Inner > 2)
        {
            index = Step(layout.Third, index, ref places);
        }

        if (layout.Inner > 3)
        {
            index = Step(layout.Fourth, index, ref places);
        }

        if (layout.Inner > 4)
        {
            index = Step(layout.Fifth, index, ref places);
        }

        Add(layout.Outermost, index, ref places);
        return places;
    }

    private static long Step(ElementAxis axis, long index, ref ElementPlaces places)
    {
        var outer = (long)((ulong)index / (ulong)axis.Size);
        Add(axis, index - (outer * axis.Size), ref places);
        return outer;
    }

    private static void Add(ElementAxis axis, long coordinate, ref ElementPlaces places)
    {
        places.X += coordinate * axis.X;
        places.Y += coordinate * axis.Y;
        places.Z += coordinate * axis.Z;
        places.Output += coordinate * axis.Output;
    }
}

/// <summary>Where an element lies in each tensor, counted from its first.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ElementPlaces
{
    /// <summary>In the first input.</summary>
    public long X;

    /// <summary>In the second input.</summary>
    public long Y;

    /// <summary>In the third input.</summary>
    public long Z;

    /// <summary>In the output.</summary>
    public long Output;
}
