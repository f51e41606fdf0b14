using System.Buffers.Binary;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Security.Cryptography;
using System.Text;
using PlamoNative.Engine;

namespace PlamoNative.Compilation;

/// <summary>
/// A hash of everything of ours that a kernel's text depends on: the declaration, the instructions of the method and of all that it calls, the layouts of the structs it names, the
/// templates of custom instructions. Tokens are written as the names they stand for, so a change elsewhere in the assembly leaves it alone.
/// </summary>
internal sealed class KernelFingerprint
{
    private const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private readonly SortedDictionary<string, string> _parts = new(StringComparer.Ordinal);
    private readonly Dictionary<Assembly, bool> _ours = [];
    private readonly HashSet<Type> _implementations = [];
    private readonly Queue<MethodBase> _pending = new();

    private KernelFingerprint()
    {
    }

    private static KernelFingerprint Walk(KernelDefinition kernel)
    {
        var print = new KernelFingerprint();
        var declaration = kernel.Declaration;
        print._parts["!"] = string.Create(
            CultureInfo.InvariantCulture,
            $"{kernel.Name}|{declaration.BlockThreads}|{declaration.MinimumBlocks}|{declaration.MaximumRegisters}|{declaration.Architecture}|{declaration.ClusterSize}|{declaration.Expects}");

        // They are names in the text and in the manifest.
        print._parts["!parameters"] = string.Join('|', kernel.Method.GetParameters().Select(p => p.Name));
        print._pending.Enqueue(kernel.Method);
        while (print._pending.TryDequeue(out var method))
        {
            print.Add(method);
        }

        return print;
    }

    /// <summary>The methods and types that the hash covers.</summary>
    internal static IReadOnlyCollection<string> Names(KernelDefinition kernel) => Walk(kernel)._parts.Keys;

    /// <summary>The hash in lower-case hexadecimal digits.</summary>
    public static string Of(KernelDefinition kernel)
    {
        var print = Walk(kernel);
        var all = new StringBuilder();
        foreach (var (name, text) in print._parts)
        {
            all.Append(name).Append('\n').Append(text).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())));
    }

    private bool IsOurs(Type? type)
    {
        if (type is null or { IsGenericParameter: true })
        {
            return false;
        }

        if (!_ours.TryGetValue(type.Assembly, out var ours))
        {
            _ours[type.Assembly] = ours = IntrinsicRegistry.IsOurs(type.Assembly);
        }

        return ours;
    }

    private static string Name(MethodBase method) => $"{method.DeclaringType}::{method}";

    /// <summary>Whether a call may be inlined decides about the text too.</summary>
    private static string Flags(MethodBase method) => string.Create(CultureInfo.InvariantCulture, $"{(int)method.MethodImplementationFlags:x};");

    private void Add(MethodBase method)
    {
        if (!IsOurs(method.DeclaringType) || _parts.ContainsKey(Name(method)))
        {
            return;
        }

        if (method.GetCustomAttribute<PtxInstructionAttribute>() is { } instruction)
        {
            _parts[Name(method)] = string.Create(CultureInfo.InvariantCulture, $"{instruction.Template}|{instruction.Architecture}|{instruction.Isa}|{instruction.Space}|{instruction.InPlace}");
            return;
        }

        _parts[Name(method)] = Flags(method);
        foreach (var argument in method.IsGenericMethod ? method.GetGenericArguments() : [])
        {
            AddType(argument);
            AddImplementations(argument);
        }

        foreach (var parameter in method.GetParameters())
        {
            AddType(parameter.ParameterType);
        }

        if (method.GetMethodBody() is not { } body)
        {
            return;
        }

        var text = new StringBuilder(Flags(method));
        foreach (var local in body.LocalVariables)
        {
            text.Append(local.LocalType).Append(';');
            AddType(local.LocalType);
        }

        Append(text, method, body.GetILAsByteArray()!);
        _parts[Name(method)] = text.ToString();
    }

    private void Append(StringBuilder text, MethodBase method, byte[] il)
    {
        var typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        foreach (var instruction in IlReader.Read(il))
        {
            text.Append(instruction.Code.Name).Append(' ');
            if (!instruction.HasToken)
            {
                text.Append(Convert.ToHexString(il, instruction.Offset, instruction.Length)).Append('\n');
                continue;
            }

            var token = BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(instruction.Offset));
            if (instruction.Code.OperandType == OperandType.InlineString)
            {
                text.Append(method.Module.ResolveString(token)).Append('\n');
                continue;
            }

            if (instruction.Code.OperandType == OperandType.InlineSig)
            {
                text.Append(Convert.ToHexString(method.Module.ResolveSignature(token))).Append('\n');
                continue;
            }

            var member = method.Module.ResolveMember(token, typeArguments, methodArguments)!;
            text.Append(member.DeclaringType).Append("::").Append(member).Append('\n');
            Follow(member, instruction.Code);
        }
    }

    private void Follow(MemberInfo member, OpCode code)
    {
        switch (member)
        {
            case MethodBase called:
                _pending.Enqueue(called);
                AddType(called.DeclaringType!);
                if (called is MethodInfo { ReturnType: var returned })
                {
                    AddType(returned);
                }

                break;
            case FieldInfo field:
                AddType(field.FieldType);
                AddType(field.DeclaringType!);
                if (field is { IsStatic: true, DeclaringType.TypeInitializer: { } initializer })
                {
                    _pending.Enqueue(initializer);
                }

                break;
            case Type type:
                AddType(type);
                if (code == OpCodes.Constrained)
                {
                    AddImplementations(type);
                }

                break;
        }
    }

    /// <summary>Methods that are called through an interface of a type argument. Which of them implements what is not looked up: all count.</summary>
    private void AddImplementations(Type type)
    {
        if (!IsOurs(type) || !type.IsValueType || type.IsEnum || type.GetInterfaces().Length == 0 || !_implementations.Add(type))
        {
            return;
        }

        foreach (var method in type.GetMethods(All))
        {
            if (method.IsGenericMethodDefinition)
            {
                AddOpen(method);
            }
            else
            {
                _pending.Enqueue(method);
            }
        }
    }

    /// <summary>A generic method that is called through an interface: its instructions with open types, and whatever those call.</summary>
    private void AddOpen(MethodInfo generic)
    {
        if (generic.GetMethodBody()?.GetILAsByteArray() is { } il && _parts.TryAdd(Name(generic), ""))
        {
            var text = new StringBuilder(Flags(generic));
            Append(text, generic, il);
            _parts[Name(generic)] = text.ToString();
        }
    }

    private void AddType(Type type)
    {
        while (type.HasElementType)
        {
            type = type.GetElementType()!;
        }

        foreach (var argument in type.IsGenericType ? type.GetGenericArguments() : [])
        {
            AddType(argument);
            AddImplementations(argument);
        }

        var name = "type " + type;
        if (!IsOurs(type) || !type.IsValueType || type.IsEnum || _parts.ContainsKey(name))
        {
            return;
        }

        _parts[name] = "";
        var layout = type.StructLayoutAttribute;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{layout?.Value} {layout?.Pack} {layout?.Size}");
        foreach (var field in type.GetFields(All).Where(f => !f.IsStatic))
        {
            text.Append(CultureInfo.InvariantCulture, $" {field.Name}:{field.FieldType}");
            AddType(field.FieldType);
        }

        _parts[name] = text.ToString();
    }
}
