using PlamoNative.Engine;
using PlamoNative.Kernels;

namespace PlamoNative.Autograd;

/// <content>
/// Arithmetic with broadcasting: shapes are aligned at the innermost axis, axes of size 1 and missing ones are repeated. Constants are rounded to the variable's
/// type first.
/// </content>
public sealed partial class Variable
{
    /// <summary>left + right.</summary>
    public static Variable operator +(Variable left, Variable right) => Binary(BinaryFunction.Add, left, right);

    /// <summary>left + constant.</summary>
    public static Variable operator +(Variable left, double right) => Affine(left, 1, right);

    /// <summary>constant + right.</summary>
    public static Variable operator +(double left, Variable right) => Affine(right, 1, left);

    /// <summary>left - right.</summary>
    public static Variable operator -(Variable left, Variable right) => Binary(BinaryFunction.Subtract, left, right);

    /// <summary>left - constant.</summary>
    public static Variable operator -(Variable left, double right) => Affine(left, 1, -right);

    /// <summary>constant - right.</summary>
    public static Variable operator -(double left, Variable right) => Affine(right, -1, left);

    /// <summary>-x.</summary>
    public static Variable operator -(Variable x) => Affine(x, -1, 0);

    /// <summary>left · right.</summary>
    public static Variable operator *(Variable left, Variable right) => Binary(BinaryFunction.Multiply, left, right);

    /// <summary>left · constant.</summary>
    public static Variable operator *(Variable left, double right) => Affine(left, right, 0);

    /// <summary>constant · right.</summary>
    public static Variable operator *(double left, Variable right) => Affine(right, left, 0);

    /// <summary>left / right.</summary>
    public static Variable operator /(Variable left, Variable right) => Binary(BinaryFunction.Divide, left, right);

    /// <summary>left / constant: a product with its reciprocal.</summary>
    public static Variable operator /(Variable left, double right) => Affine(left, 1 / right, 0);

    /// <summary>constant / right.</summary>
    public static Variable operator /(double left, Variable right)
    {
        ArgumentNullException.ThrowIfNull(right);
        return Affine(right.Power(-1), left, 0);
    }

    /// <summary>The smaller of two, NaN if either is; of equal ones the left one gets the gradient.</summary>
    public static Variable Minimum(Variable left, Variable right) => Binary(BinaryFunction.Minimum, left, right);

    /// <summary>The larger of two, NaN if either is; of equal ones the left one gets the gradient.</summary>
    public static Variable Maximum(Variable left, Variable right) => Binary(BinaryFunction.Maximum, left, right);

    /// <summary>condition is not 0 ? yes : no, all three broadcast. No gradient passes to the condition; a NaN in it counts as 0.</summary>
    public static Variable Where(Variable condition, Variable yes, Variable no)
    {
        var shape = Broadcasting.Shape(Broadcasting.Shape(ValueOn(yes, condition), condition.Value), ValueOn(no, condition));
        var output = condition.Tape.Values.Allocate(shape, yes.DType);
        Pointwise.Where(condition.Value, yes.Value, no.Value, output);
        if (condition.Tape.Needs(yes.Value) || condition.Tape.Needs(no.Value))
        {
            var node = condition.Tape.Rent<WhereNode>();
            node.Fill(condition.Value, yes.Value, no.Value);
            condition.Tape.Record(node, output);
        }

        return new(condition.Tape, output);
    }

    private static Variable Binary(BinaryFunction function, Variable left, Variable right)
    {
        var (tape, b) = (Owner(left), ValueOn(right, left));
        var output = tape.Values.Allocate(Broadcasting.Shape(left.Value, b), left.DType);
        Pointwise.Binary(function, left.Value, b, output);
        if (tape.Needs(left.Value) || tape.Needs(b))
        {
            var node = tape.Rent<BinaryNode>();
            node.Fill(function, left.Value, b);
            tape.Record(node, output);
        }

        return new(tape, output);
    }

    private static Variable Affine(Variable x, double scale, double shift)
    {
        var tape = Owner(x);
        var output = tape.Values.Allocate(x.Shape, x.DType);
        Pointwise.Affine(x.Value, scale, shift, output);
        if (tape.Needs(x.Value))
        {
            var node = tape.Rent<AffineNode>();
            node.Fill(x.Value, scale);
            tape.Record(node, output);
        }

        return new(tape, output);
    }

    private static Tape Owner(Variable variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return variable.Tape;
    }

    /// <summary>The elements of a variable that meets another one: both are on one tape.</summary>
    private static Tensor ValueOn(Variable variable, Variable other)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return variable.Tape == Owner(other)
            ? variable.Value
            : throw new ArgumentException("two variables of different tapes meet: one tape records an operation", nameof(variable));
    }
}
