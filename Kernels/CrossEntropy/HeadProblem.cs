using PlamoNative.Engine;

namespace PlamoNative.Kernels;

/// <summary>A checked head: sizes, operands and how it is cut.</summary>
internal readonly unsafe struct HeadProblem
{
    /// <summary>Tokens whose logits exist at once: enough rows that packing the weights costs the products little. A contract: changing it changes bits.</summary>
    public const int TokensAtOnce = 512;

    /// <summary>Vocabulary whose logits exist at once: with <see cref="TokensAtOnce"/> 4 MiB in float32. A contract as well.</summary>
    public const int VocabularyAtOnce = 2048;

    // The one-pass form: 64 MiB of float32 logits, and of rows what one packing of X holds at most. Contracts as well.
    private const int LogitsAtOnce = 16 << 20;
    private const int FewestRows = 64;
    private const int MostRows = GemmSchedule.BlockM;

    private readonly RowView _x;
    private readonly byte* _weight;
    private readonly WorkerPool _workers;

    /// <summary>Checks the operands that all passes share.</summary>
    /// <param name="operation">For messages.</param>
    /// <param name="x">[T, D].</param>
    /// <param name="weight">[V, D].</param>
    /// <param name="targets">T.</param>
    /// <param name="wholeVocabulary">Whether a block holds all logits of its tokens (the one-pass form) or those of a part of the vocabulary.</param>
    public HeadProblem(string operation, Tensor x, Tensor weight, ReadOnlySpan<int> targets, bool wholeVocabulary = false)
    {
        Vocabulary = Check(operation, x, weight, targets);
        _x = new RowView(x);
        _weight = weight.Pointer;
        _workers = OperatorChecks.Workers(operation, x);
        DType = x.DType;
        Width = _x.Width;
        var rows = wholeVocabulary ? Math.Clamp(LogitsAtOnce / Math.Max(1, Vocabulary), FewestRows, MostRows) : TokensAtOnce;
        BlockRows = Math.Min(rows, targets.Length);
        BlockColumns = wholeVocabulary ? Vocabulary : Math.Min(VocabularyAtOnce, Vocabulary);
    }

    /// <summary>Checks the operands that all passes share, wherever they are.</summary>
    /// <returns>V.</returns>
    public static int Check(string operation, Tensor x, Tensor weight, ReadOnlySpan<int> targets)
    {
        OperatorChecks.Activation(operation, nameof(x), x);
        OperatorChecks.Rank(operation, nameof(x), x, 2);
        ArgumentNullException.ThrowIfNull(weight);
        OperatorChecks.Rank(operation, nameof(weight), weight, 2);
        OperatorChecks.Dense(operation, nameof(weight), weight, new Shape(weight.Shape[0], x.Shape[1]), x.DType);
        if (targets.Length != x.Shape[0])
        {
            Throw.ShapeMismatch(operation, nameof(targets), $"{x.Shape[0]} targets for x {x.Shape}", $"{targets.Length} targets");
        }

        var vocabulary = checked((int)weight.Shape[0]);
        for (var i = 0; i < targets.Length; i++)
        {
            if (targets[i] != LinearCrossEntropy.NoTarget && (uint)targets[i] >= (uint)vocabulary)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(targets), targets[i], $"target {i} is {targets[i]}: neither {LinearCrossEntropy.NoTarget} (none) nor one of the {vocabulary} tokens");
            }
        }

        return vocabulary;
    }

    /// <summary>float32 or float64.</summary>
    public DType DType { get; }

    /// <summary>D.</summary>
    public int Width { get; }

    /// <summary>V.</summary>
    public int Vocabulary { get; }

    /// <summary>Rows of a block at most.</summary>
    public int BlockRows { get; }

    /// <summary>Columns of a block's logits at most.</summary>
    public int BlockColumns { get; }

    /// <summary>Scratch of one block: logits, x and dx; then three doubles and two integers a row.</summary>
    public nint ScratchFloats => checked((nint)(MatrixFloats + (8L * BlockRows)));

    // Rounded up to a cache line, so that the doubles behind lie aligned.
    private long MatrixFloats => ((BlockRows * (long)(BlockColumns + (2 * Width)) * FloatsAnElement) + 15) & -16;

    private int FloatsAnElement => DType == DType.Float64 ? 2 : 1;

    /// <summary>Lays the parts of a block into scratch memory.</summary>
    public HeadBlock Place(float* scratch)
    {
        var inputs = scratch + (BlockRows * (long)BlockColumns * FloatsAnElement);
        var doubles = (double*)(scratch + MatrixFloats);
        var integers = (int*)(doubles + (3L * BlockRows));
        return new HeadBlock(this, _x, _weight, _workers)
        {
            LogitRows = (byte*)scratch, Inputs = (byte*)inputs, InputGradients = (byte*)(inputs + (BlockRows * (long)Width * FloatsAnElement)),
            Maxima = doubles, Sums = doubles + BlockRows, TargetLogits = doubles + (2L * BlockRows), Tokens = integers, Targets = integers + BlockRows,
        };
    }
}
