namespace PlamoNative.PtxEmulator.Parsing;

/// <summary>Reads a PTX module: directives, variables, functions. Statements are in <c>Parser.Statements.cs</c>.</summary>
internal sealed partial class Parser
{
    private static readonly HashSet<string> Linkages = new(StringComparer.Ordinal) { "visible", "extern", "weak", "common", "alias" };
    private readonly List<Token> _tokens;
    private int _at;

    private Parser(List<Token> tokens) => _tokens = tokens;

    internal static ModuleSyntax Parse(string text)
    {
        var parser = new Parser(Lexer.Read(text));
        return parser.Module();
    }

    private Token Current => _tokens[_at];

    private Token Take() => _tokens[_at].Kind == TokenKind.End ? _tokens[_at] : _tokens[_at++];

    private Token Peek(int ahead = 1) => _tokens[Math.Min(_at + ahead, _tokens.Count - 1)];

    private bool TryTake(char symbol)
    {
        if (!Current.Is(symbol))
        {
            return false;
        }

        _at++;
        return true;
    }

    private bool TryTakeDot(string name)
    {
        if (Current.Kind != TokenKind.Dot || Current.Text != name)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Demand(char symbol)
    {
        if (!TryTake(symbol))
        {
            throw Expected($"'{symbol}'");
        }
    }

    private string Word(string what) => Current.Kind == TokenKind.Word ? Take().Text : throw Expected(what);

    private long Integer(string what)
    {
        var isNegative = TryTake('-');
        if (Current.Kind != TokenKind.Integer)
        {
            throw Expected(what);
        }

        var value = (long)Take().Bits;
        return isNegative ? -value : value;
    }

    private PtxException Expected(string what) => new(Current.Line, $"expected {what}, found {Current.Found}");

    private ModuleSyntax Module()
    {
        var module = new ModuleSyntax();
        var hasVersion = false;
        while (Current.Kind != TokenKind.End)
        {
            if (Current.Kind != TokenKind.Dot)
            {
                throw Expected("a directive of a module (.version, .target, .entry, .func, .global, ...)");
            }

            var line = Current.Line;
            switch (Current.Text)
            {
                case "version":
                    Take();
                    hasVersion = true;
                    if (Take().Kind is not (TokenKind.Double or TokenKind.Integer))
                    {
                        throw new PtxException(line, "expected a version number after .version");
                    }

                    break;
                case "target":
                    Take();
                    module.Target = Word("a target (sm_80)");
                    while (TryTake(','))
                    {
                        Word("a target option");
                    }

                    break;
                case "address_size":
                    Take();
                    module.AddressSize = (int)Integer("32 or 64");
                    if (module.AddressSize != 64)
                    {
                        throw new PtxException(line, $"expected .address_size 64, found {module.AddressSize}");
                    }

                    break;
                case "file":
                    Take();
                    var number = (int)Integer("a file number");
                    module.Files[number] = Take().Text;
                    while (TryTake(','))
                    {
                        Take();
                    }

                    break;
                case "section":
                    SkipSection();
                    break;
                case "loc":
                    Location();
                    break;
                case "pragma":
                    SkipPast(';');
                    break;
                default:
                    Declaration(module);
                    break;
            }
        }

        return hasVersion || module.Functions.Count > 0 ? module : throw new PtxException(0, "expected .version and at least one function, found an empty module");
    }

    private void Declaration(ModuleSyntax module)
    {
        var isExtern = false;
        while (Current.Kind == TokenKind.Dot && Linkages.Contains(Current.Text))
        {
            isExtern |= Take().Text == "extern";
        }

        if (Current.Kind == TokenKind.Dot && Current.Text is "entry" or "func")
        {
            module.Functions.Add(Function());
            return;
        }

        if (Current.Kind == TokenKind.Dot && Space(Current.Text) is { } space)
        {
            Take();
            Variables(space, isExtern, module.Variables);
            return;
        }

        throw Expected("a directive of a module (.version, .target, .entry, .func, .global, ...)");
    }

    private static StateSpace? Space(string name) => name switch
    {
        "global" => StateSpace.Global,
        "shared" => StateSpace.Shared,
        "local" => StateSpace.Local,
        "const" => StateSpace.Constant,
        "param" => StateSpace.Parameter,
        _ => null,
    };

    private void Variables(StateSpace space, bool isExtern, List<VariableSyntax> into)
    {
        var (type, vector, alignment) = VariableType();
        do
        {
            var variable = Declarator(space, type, vector, alignment);
            variable.IsExtern = isExtern;
            if (TryTake('='))
            {
                Initializer(variable);
            }

            into.Add(variable);
        }
        while (TryTake(','));
        Demand(';');
    }

    private (PtxType Type, int Vector, int Alignment) VariableType()
    {
        var type = PtxType.None;
        int vector = 1, alignment = 0;
        while (Current.Kind == TokenKind.Dot)
        {
            var line = Current.Line;
            var name = Take().Text;
            if (name == "align")
            {
                var value = Integer("an alignment");
                alignment = value is > 0 and <= 4096 && (value & (value - 1)) == 0
                    ? (int)value
                    : throw new PtxException(line, $"expected an alignment that is a power of two up to 4096, found {value}");
            }
            else if (PtxTypes.TryParse(name, out var parsed))
            {
                type = parsed;
            }
            else if (name is "v2" or "v4" or "v8")
            {
                vector = name[1] - '0';
            }
            else if (name is not ("ptr" or "global" or "shared" or "const" or "local" or "generic" or "attribute" or "managed" or "unified"))
            {
                throw new PtxException(line, $"expected a type, found '.{name}'");
            }
        }

        return type == PtxType.None ? throw Expected("a type") : (type, vector, alignment);
    }

    private VariableSyntax Declarator(StateSpace space, PtxType type, int vector, int alignment)
    {
        // Parameters say `.ptr .global .align 4` after their type: it describes what they point to, not themselves.
        var name = Current.Kind == TokenKind.Word ? Take() : throw Expected("the name of a variable");
        var variable = new VariableSyntax(space, type, name.Text, name.Line) { Alignment = alignment, VectorWidth = vector };
        while (TryTake('['))
        {
            variable.IsArray = true;
            var size = Current.Is(']') ? 0 : Integer("the number of elements");
            Demand(']');
            if (size < 0 || (size > 0 && variable.Count > (1L << 40) / size))
            {
                throw new PtxException(name.Line, $"expected fewer than 2^40 elements in '{name.Text}', found more");
            }

            variable.Count *= size;
        }

        return variable;
    }

    private void Initializer(VariableSyntax variable)
    {
        if (TryTake('{'))
        {
            while (!Current.Is('}'))
            {
                Initializer(variable);
                if (!TryTake(','))
                {
                    break;
                }
            }

            Demand('}');
            if (variable is { IsArray: true, Count: 0 })
            {
                variable.Count = variable.Initializers.Count;
            }

            return;
        }

        variable.Initializers.Add(InitialValue());
    }

    private InitializerSyntax InitialValue()
    {
        if (Current.Kind == TokenKind.Word)
        {
            var name = Take().Text;
            if (name == "generic" && TryTake('('))
            {
                var inner = InitialValue();
                Demand(')');
                return inner with { IsGeneric = true };
            }

            var offset = TryTake('+') ? Integer("an offset") : Current.Is('-') ? Integer("an offset") : 0;
            return new((ulong)offset, false, name);
        }

        if (Current.Kind == TokenKind.Integer && Peek().Is('('))
        {
            // 0xFF00(symbol): one byte of the address of a symbol.
            var mask = Take().Bits;
            Demand('(');
            var inner = InitialValue();
            Demand(')');
            return inner with { Shift = System.Numerics.BitOperations.TrailingZeroCount(mask) };
        }

        var negate = TryTake('-');
        var token = Take();
        return token.Kind switch
        {
            TokenKind.Integer => new(negate ? 0 - token.Bits : token.Bits, false),
            TokenKind.Single => new(BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle((uint)token.Bits) * (negate ? -1.0 : 1.0)), true),
            TokenKind.Double => new(BitConverter.DoubleToUInt64Bits(BitConverter.UInt64BitsToDouble(token.Bits) * (negate ? -1.0 : 1.0)), true),
            _ => throw new PtxException(token.Line, $"expected an initial value, found {token.Found}"),
        };
    }

    private void SkipPast(char symbol)
    {
        while (!Current.Is(symbol))
        {
            if (Take().Kind == TokenKind.End)
            {
                throw Expected($"'{symbol}'");
            }
        }

        Take();
    }

    private void SkipSection()
    {
        while (!Current.Is('{') && Current.Kind != TokenKind.End)
        {
            Take();
        }

        SkipPast('}');
    }
}
