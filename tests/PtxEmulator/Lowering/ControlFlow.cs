using PlamoNative.PtxEmulator.Execution;

namespace PlamoNative.PtxEmulator.Lowering;

/// <summary>
/// Basic blocks and immediate post-dominators (Cooper, Harvey and Kennedy's iteration on the reversed graph): the places where lanes that part at a
/// branch meet again. Ways that end a thread early count for nothing, so that the lanes that stay still meet.
/// </summary>
internal static class ControlFlow
{
    internal static void SetMeetingPlaces(List<Instruction> code, FunctionCode function)
    {
        var blocks = Blocks(code, function, out var blockOf);
        var meeting = PostDominators(blocks);
        for (var i = 0; i < code.Count; i++)
        {
            var next = meeting[blockOf[i]];
            var pc = next >= 0 && code[blocks[next].Start] is Join ? blocks[next].Start : -1;
            switch (code[i])
            {
                case Branch branch:
                    branch.MeetingPc = pc;
                    break;
                case IndexedBranch branch:
                    branch.MeetingPc = pc;
                    break;
            }
        }
    }

    internal sealed record BasicBlock(int Start, int End)
    {
        internal List<int> Successors { get; } = [];
    }

    internal static List<BasicBlock> Blocks(List<Instruction> code, FunctionCode function, out int[] blockOf)
    {
        var starts = new SortedSet<int> { 0 };
        for (var i = 0; i < code.Count; i++)
        {
            if (code[i] is Join)
            {
                starts.Add(i);
            }
            else if (EndsBlock(code[i]) && i + 1 < code.Count)
            {
                starts.Add(i + 1);
            }
        }

        var ordered = starts.ToArray();
        var blocks = new List<BasicBlock>(ordered.Length);
        blockOf = new int[code.Count];
        for (var b = 0; b < ordered.Length; b++)
        {
            var end = b + 1 < ordered.Length ? ordered[b + 1] : code.Count;
            blocks.Add(new(ordered[b], end));
            Array.Fill(blockOf, b, ordered[b], end - ordered[b]);
        }

        foreach (var block in blocks)
        {
            var last = code[block.End - 1];
            var falls = block.End < code.Count;
            switch (last)
            {
                case Branch branch:
                    block.Successors.Add(blockOf[branch.Target]);
                    falls &= branch.Guard >= 0;
                    break;
                case IndexedBranch branch:
                    block.Successors.AddRange(branch.Targets.Select(target => blockOf0(target)).Distinct());
                    falls &= branch.Guard >= 0;
                    break;
                case Exit or Trap or Return:
                    falls &= last.Guard >= 0;
                    break;
            }

            if (falls)
            {
                block.Successors.Add(blockOf[block.End]);
            }
        }

        return blocks;

        int blockOf0(int pc) => Array.BinarySearch(ordered, pc);
    }

    private static bool EndsBlock(Instruction instruction) => instruction is Branch or IndexedBranch or Exit or Trap or Return;

    /// <summary>The immediate post-dominator of each block, or -1.</summary>
    private static int[] PostDominators(List<BasicBlock> blocks)
    {
        var predecessors = new List<int>[blocks.Count];
        for (var b = 0; b < blocks.Count; b++)
        {
            predecessors[b] = [];
        }

        for (var b = 0; b < blocks.Count; b++)
        {
            blocks[b].Successors.ForEach(next => predecessors[next].Add(b));
        }

        // The end is the last block: every return leads there. A kernel may end earlier by the last exit of its text instead.
        var root = blocks.Count - 1;
        if (predecessors[root].Count == 0)
        {
            root--;
            while (root > 0 && blocks[root].Successors.Count > 0)
            {
                root--;
            }
        }

        var order = ReverseOrder(root, predecessors);
        var rank = new int[blocks.Count];
        Array.Fill(rank, -1);
        for (var i = 0; i < order.Count; i++)
        {
            rank[order[i]] = i;
        }

        var dominator = new int[blocks.Count];
        Array.Fill(dominator, -1);
        if (root < 0)
        {
            return dominator;
        }

        dominator[root] = root;
        for (var changed = true; changed;)
        {
            changed = false;
            for (var i = 1; i < order.Count; i++)
            {
                var block = order[i];
                var chosen = -1;
                foreach (var next in blocks[block].Successors)
                {
                    if (rank[next] >= 0 && dominator[next] >= 0)
                    {
                        chosen = chosen < 0 ? next : Meet(chosen, next, dominator, rank);
                    }
                }

                if (chosen != dominator[block])
                {
                    dominator[block] = chosen;
                    changed = true;
                }
            }
        }

        dominator[root] = -1;
        return dominator;
    }

    private static int Meet(int a, int b, int[] dominator, int[] rank)
    {
        while (a != b)
        {
            while (rank[a] > rank[b])
            {
                a = dominator[a];
            }

            while (rank[b] > rank[a])
            {
                b = dominator[b];
            }
        }

        return a;
    }

    /// <summary>Blocks that reach the root, in reverse postorder of the reversed graph.</summary>
    private static List<int> ReverseOrder(int root, List<int>[] predecessors)
    {
        var order = new List<int>();
        if (root < 0)
        {
            return order;
        }

        var seen = new bool[predecessors.Length];
        var stack = new Stack<(int Block, int Next)>();
        stack.Push((root, 0));
        seen[root] = true;
        while (stack.TryPop(out var top))
        {
            if (top.Next < predecessors[top.Block].Count)
            {
                stack.Push((top.Block, top.Next + 1));
                var next = predecessors[top.Block][top.Next];
                if (!seen[next])
                {
                    seen[next] = true;
                    stack.Push((next, 0));
                }
            }
            else
            {
                order.Add(top.Block);
            }
        }

        order.Reverse();
        return order;
    }
}
