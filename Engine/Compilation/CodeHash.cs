using System.Buffers.Binary;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Security.Cryptography;
using System.Text;

namespace PlamoNative.Compilation;

/// <summary>
/// A hash of what an assembly does: the instructions of every method, with names for tokens. Unlike the module's own number it stays when only the version or the commit that
/// it was built from changed. Attributes are left out; constants stand in the instructions that use them, and initial data has its own hash for a name.
/// </summary>
internal static class CodeHash
{
    private const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The hash in lower-case hexadecimal digits.</summary>
    /// <param name="assembly">An assembly whose references can be loaded.</param>
    /// <param name="chosen">Which of its types count; all where null.</param>
    public static string Of(Assembly assembly, Func<Type, bool>? chosen = null)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var parts = assembly.GetTypes().Where(t => chosen == null || chosen(t))
            .SelectMany(type => type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All)))
            .Select(Describe).Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));
    }

    private static string Describe(MethodBase method)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{method.DeclaringType}::{method} {(int)method.MethodImplementationFlags:x}\n");
        if (method.GetMethodBody() is not { } body)
        {
            return text.ToString();
        }

        foreach (var local in body.LocalVariables)
        {
            text.Append(local.LocalType).Append(';');
        }

        foreach (var clause in body.ExceptionHandlingClauses)
        {
            text.Append(CultureInfo.InvariantCulture, $"{clause}{(clause.Flags == ExceptionHandlingClauseOptions.Clause ? clause.CatchType : null)};");
        }

        var il = body.GetILAsByteArray()!;
        var typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        foreach (var instruction in IlReader.Read(il))
        {
            text.Append(instruction.Code.Name).Append(' ').Append(Operand(method, il, instruction, typeArguments, methodArguments)).Append('\n');
        }

        return text.ToString();
    }

    private static string Operand(MethodBase method, byte[] il, IlReader.Instruction instruction, Type[]? typeArguments, Type[]? methodArguments)
    {
        if (!instruction.HasToken)
        {
            return Convert.ToHexString(il, instruction.Offset, instruction.Length);
        }

        var token = BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(instruction.Offset));
        switch (instruction.Code.OperandType)
        {
            case OperandType.InlineString:
                return method.Module.ResolveString(token);
            case OperandType.InlineSig:
                return Convert.ToHexString(method.Module.ResolveSignature(token));
            default:
                var member = method.Module.ResolveMember(token, typeArguments, methodArguments)!;
                return $"{member.DeclaringType}::{member}";
        }
    }
}
