namespace PlamoNative.PtxEmulator.Parsing;

/// <summary>Bodies: scopes, registers, labels, instructions and their operands.</summary>
internal sealed partial class Parser
{
    private const int MaximumRegisters = 1 << 20;
    private int _depth;

    private BlockSyntax Block()
    {
        var block = new BlockSyntax(Current.Line);
        Demand('{');
        if (++_depth > 200)
        {
            throw Expected("at most 200 nested scopes");
        }

        while (!TryTake('}'))
        {
            if (Current.Kind == TokenKind.End)
            {
                throw Expected("'}'");
            }

            Statement(block);
        }

        _depth--;
        return block;
    }

    private void Statement(BlockSyntax block)
    {
        var line = Current.Line;
        if (Current.Is('{'))
        {
            block.Statements.Add(Block());
        }
        else if (TryTake(';'))
        {
            return;
        }
        else if (Current.Kind == TokenKind.Dot)
        {
            BodyDirective(block);
        }
        else if (Current.Kind == TokenKind.Word && Peek().Is(':'))
        {
            var name = Take().Text;
            Take();
            if (Current.Kind == TokenKind.Dot && Current.Text is "branchtargets" or "callprototype" or "calltargets")
            {
                LabelledDirective(block, name);
            }
            else
            {
                block.Statements.Add(new LabelSyntax(name, line));
            }
        }
        else
        {
            block.Statements.Add(Instruction());
        }
    }

    private void BodyDirective(BlockSyntax block)
    {
        var isExtern = TryTakeDot("extern");
        switch (Current.Text)
        {
            case "reg":
                Take();
                Registers(block);
                break;
            case "loc":
                block.Statements.Add(Location());
                break;
            case "pragma":
                SkipPast(';');
                break;
            default:
                var space = Space(Current.Text) ?? throw Expected("a directive of a body (.reg, .shared, .local, .param, .loc, .pragma)");
                Take();
                Variables(space, isExtern, block.Variables);
                break;
        }
    }

    private void Registers(BlockSyntax block)
    {
        var (type, vector, _) = VariableType();
        do
        {
            var line = Current.Line;
            var name = Word("the name of a register");
            var count = -1;
            if (TryTake('<'))
            {
                var size = Integer("the number of registers");
                count = size is >= 0 and <= MaximumRegisters ? (int)size : throw new PtxException(line, $"expected at most {MaximumRegisters} registers, found {size}");
                Demand('>');
            }

            block.Registers.Add(new(type, vector, name, count, line));
        }
        while (TryTake(','));
        Demand(';');
    }

    private LocationSyntax Location()
    {
        var line = Take().Line;
        var file = (int)Integer("a file number");
        var source = (int)Integer("a line");
        Integer("a column");
        while (TryTake(','))
        {
            // function_name LABEL [+ offset], inlined_at FILE LINE COLUMN
            while (Current.Line == line && !Current.Is(',') && Current.Kind is TokenKind.Word or TokenKind.Integer or TokenKind.Symbol)
            {
                Take();
            }
        }

        return new(file, source, line);
    }

    private void LabelledDirective(BlockSyntax block, string name)
    {
        var kind = Take().Text;
        if (kind == "callprototype")
        {
            var prototype = new FunctionSyntax(name, false, Current.Line);
            if (Current.Is('('))
            {
                ParameterList(prototype.Returns);
            }

            if (Current.Kind == TokenKind.Word)
            {
                Take();
            }

            if (Current.Is('('))
            {
                ParameterList(prototype.Parameters);
            }

            FunctionDirectives(prototype);
            block.Prototypes[name] = prototype;
        }
        else
        {
            var targets = new List<string>();
            do
            {
                targets.Add(Word("a label or function"));
            }
            while (TryTake(','));
            block.BranchTargets[name] = targets;
        }

        Demand(';');
    }

    private InstructionSyntax Instruction()
    {
        string? guard = null;
        var negated = false;
        if (TryTake('@'))
        {
            negated = TryTake('!');
            guard = Word("a predicate");
        }

        var line = Current.Line;
        var instruction = new InstructionSyntax(Word("an instruction"), line) { Guard = guard, IsGuardNegated = negated };
        while (Current.Kind == TokenKind.Dot)
        {
            instruction.Modifiers.Add(Take().Text);
        }

        if (!Current.Is(';'))
        {
            do
            {
                instruction.Operands.Add(Operand());
            }
            while (TryTake(','));
        }

        Demand(';');
        return instruction;
    }

    private OperandSyntax Operand()
    {
        var first = SingleOperand();
        return TryTake('|') ? new PairOperand(first, SingleOperand()) : first;
    }

    private OperandSyntax SingleOperand()
    {
        if (++_depth > 250)
        {
            throw Expected("operands nested less deeply");
        }

        try
        {
            if (TryTake('{'))
            {
                return new VectorOperand(Elements('}'));
            }

            if (TryTake('('))
            {
                return new ListOperand(Elements(')'));
            }

            if (TryTake('['))
            {
                return Address();
            }

            if (TryTake('!'))
            {
                return new NameOperand(Word("a predicate"), IsNegated: true);
            }

            return Current.Kind == TokenKind.Word ? Name() : Constant();
        }
        finally
        {
            _depth--;
        }
    }

    private List<OperandSyntax> Elements(char end)
    {
        var elements = new List<OperandSyntax>();
        while (!TryTake(end))
        {
            elements.Add(Operand());
            if (!TryTake(',') && !Current.Is(end))
            {
                throw Expected($"',' or '{end}'");
            }
        }

        return elements;
    }

    private NameOperand Name()
    {
        var name = Take().Text;
        var component = Current.Kind == TokenKind.Dot ? Take().Text : null;
        return new(name, component, OptionalOffset());
    }

    private long OptionalOffset()
    {
        long offset = 0;
        while (Current.Is('+') || Current.Is('-'))
        {
            var negate = Take().Is('-');
            var value = Integer("an offset");
            offset += negate ? -value : value;
        }

        return offset;
    }

    private ConstantOperand Constant()
    {
        var negate = TryTake('-');
        var complement = !negate && TryTake('~');
        var token = Take();
        return token.Kind switch
        {
            TokenKind.Integer => new(TokenKind.Integer, negate ? 0 - token.Bits : complement ? ~token.Bits : token.Bits),
            TokenKind.Single => new(TokenKind.Single, negate ? token.Bits ^ 0x80000000 : token.Bits),
            TokenKind.Double => new(TokenKind.Double, negate ? token.Bits ^ 0x8000000000000000 : token.Bits),
            _ => throw new PtxException(token.Line, $"expected an operand, found {token.Found}"),
        };
    }

    private AddressOperand Address()
    {
        OperandSyntax target = Current.Kind == TokenKind.Word ? Name() : Constant();
        long offset = target is NameOperand name ? name.Offset : OptionalOffset();
        VectorOperand? coordinates = null;
        if (TryTake(','))
        {
            Demand('{');
            coordinates = new(Elements('}'));
        }

        Demand(']');
        return new(target, offset, coordinates);
    }
}
