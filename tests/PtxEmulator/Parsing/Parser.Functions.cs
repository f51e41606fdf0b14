namespace PlamoNative.PtxEmulator.Parsing;

/// <summary>Functions, their parameters and their performance directives.</summary>
internal sealed partial class Parser
{
    private FunctionSyntax Function()
    {
        var line = Current.Line;
        var isEntry = Take().Text == "entry";
        var returns = new List<VariableSyntax>();
        if (!isEntry && Current.Is('('))
        {
            ParameterList(returns);
        }

        var function = new FunctionSyntax(Word("the name of a function"), isEntry, line);
        function.Returns.AddRange(returns);
        if (Current.Is('('))
        {
            ParameterList(function.Parameters);
        }

        FunctionDirectives(function);
        if (TryTake(';'))
        {
            return function;
        }

        function.Body = Block();
        return function;
    }

    private void ParameterList(List<VariableSyntax> into)
    {
        Demand('(');
        while (!Current.Is(')'))
        {
            var isRegister = Current is { Kind: TokenKind.Dot, Text: "reg" };
            if (!isRegister && Current is not { Kind: TokenKind.Dot, Text: "param" })
            {
                throw Expected("'.param' or '.reg'");
            }

            Take();
            var start = _at;
            var (type, vector, alignment) = VariableType();

            // An alignment behind `.ptr` is that of the memory pointed to.
            for (var i = start; i < _at; i++)
            {
                alignment = _tokens[i] is { Kind: TokenKind.Dot, Text: "ptr" } ? 0 : alignment;
            }

            into.Add(Declarator(isRegister ? StateSpace.Register : StateSpace.Parameter, type, vector, alignment));
            if (!TryTake(','))
            {
                break;
            }
        }

        Demand(')');
    }

    private void FunctionDirectives(FunctionSyntax function)
    {
        while (Current.Kind == TokenKind.Dot)
        {
            var name = Take().Text;
            switch (name)
            {
                case "maxntid":
                    function.MaximumThreads = Sizes();
                    break;
                case "reqntid":
                    function.RequiredThreads = Sizes();
                    break;
                case "reqnctapercluster":
                    function.RequiredCluster = Sizes();
                    break;
                case "minnctapersm" or "maxnctapersm" or "maxnreg" or "maxclusterrank" or "abi_preserve" or "abi_preserve_control":
                    Sizes();
                    break;
                case "pragma":
                    SkipPast(';');
                    break;
                case "noreturn" or "explicitcluster" or "attribute":
                    break;
                default:
                    throw new PtxException(Current.Line, $"expected a directive of a function, '{{' or ';', found '.{name}'");
            }
        }
    }

    private int[] Sizes()
    {
        var sizes = new[] { 1, 1, 1 };
        var count = 0;
        do
        {
            if (count == 3)
            {
                throw Expected("at most three sizes");
            }

            sizes[count++] = (int)Math.Clamp(Integer("a size"), int.MinValue, int.MaxValue);
        }
        while (TryTake(','));
        return sizes;
    }
}
