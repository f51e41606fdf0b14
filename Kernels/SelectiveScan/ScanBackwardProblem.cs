using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>The gradients that <see cref="SelectiveScanBackward"/> writes, each of its input's shape and type, innermost axis dense.</summary>
public readonly struct SelectiveScanGradients
{
    /// <summary>[T, H, P].</summary>
    public required Tensor X { get; init; }

    /// <summary>[T, H, P].</summary>
    public required Tensor Z { get; init; }

    /// <summary>[T, H].</summary>
    public required Tensor Dt { get; init; }

    /// <summary>[H].</summary>
    public required Tensor DtBias { get; init; }

    /// <summary>[H].</summary>
    public required Tensor ALog { get; init; }

    /// <summary>[T, N].</summary>
    public required Tensor B { get; init; }

    /// <summary>[T, N].</summary>
    public required Tensor C { get; init; }

    /// <summary>[H].</summary>
    public required Tensor D { get; init; }

    /// <summary>[sequences, H, P, N], dense, or null.</summary>
    internal Tensor? InitialStates { get; init; }
}

/// <summary>One call of the scan's backward pass in raw form.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal unsafe struct ScanBackwardProblem<T>
    where T : unmanaged
{
    /// <summary>Sums over tokens that a (sequence, head) leaves, in float64: of Δ da, of the gradient of dt, of G · x.</summary>
    internal const int Sums = 3;

    internal ScanProblem<T> Forward;

    /// <summary>[sequences, H, P, N] each, or null.</summary>
    internal T* InitialStates;
    internal T* FinalGradients;
    internal T* InitialGradients;

    internal HeadRows<T> OutputGradient;
    internal HeadRows<T> XGradient;
    internal HeadRows<T> ZGradient;

    /// <summary>[T, H] and [T, N].</summary>
    internal T* DtGradient;
    internal nint DtGradientStride;
    internal T* BGradient;
    internal nint BGradientStride;
    internal T* CGradient;
    internal nint CGradientStride;

    /// <summary>[sequences, H, <see cref="Sums"/>].</summary>
    internal double* HeadSums;

    internal static ScanBackwardProblem<T> Of(
        in ScanProblem<T> forward, Tensor? initialStates, Tensor outputGradient, Tensor? finalStateGradients, in SelectiveScanGradients gradients) => new()
        {
            Forward = forward,
            InitialStates = Pointer(initialStates),
            FinalGradients = Pointer(finalStateGradients),
            InitialGradients = Pointer(gradients.InitialStates),
            OutputGradient = HeadRows<T>.Of(outputGradient),
            XGradient = HeadRows<T>.Of(gradients.X),
            ZGradient = HeadRows<T>.Of(gradients.Z),
            DtGradient = gradients.Dt.PointerOf<T>(),
            DtGradientStride = (nint)gradients.Dt.Strides[0],
            BGradient = gradients.B.PointerOf<T>(),
            BGradientStride = (nint)gradients.B.Strides[0],
            CGradient = gradients.C.PointerOf<T>(),
            CGradientStride = (nint)gradients.C.Strides[0],
        };

    /// <summary>The states of one sequence.</summary>
    internal readonly T* StatesOf(T* states, int sequence) => states + ((nint)sequence * Forward.Heads * Forward.HeadSize * Forward.StateSize);

    internal readonly double* SumsOf(int sequence, int head) => HeadSums + ((((nint)sequence * Forward.Heads) + head) * Sums);

    private static T* Pointer(Tensor? tensor) => tensor is null ? null : tensor.PointerOf<T>();
}
