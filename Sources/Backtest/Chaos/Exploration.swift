import Core
import Engine

/// Small-scope exhaustive exploration: every interleaving of messages, executions, crashes and a kill for an entry on
/// each of two venues, breadth first, states that were seen before left out.
///
/// Depth counts moves after both entries were decided. Every state is checked; the first broken one ends it.
public struct Exploration: Sendable {
    /// What was found.
    public struct Report: Hashable, Codable, Sendable {
        /// How many states differ.
        public internal(set) var states = 0
        /// How many moves were tried.
        public internal(set) var transitions = 0
        /// New states at each depth.
        public internal(set) var statesByDepth: [Int] = []
        /// The first broken state, with the moves that lead to it.
        public internal(set) var broken: String?
    }

    private let depth: Int

    /// An exploration to `depth` moves.
    public init(depth: Int) {
        self.depth = depth
    }

    /// Visits every state.
    public func run() -> Report {
        var report = Report()
        let start = ExplorationState()
        var seen: Set<ExplorationState> = [start]
        var frontier = [start]
        // Which state, by its number in its level, and which move a state came from.
        var origins: [[(parent: Int, move: String)]] = [[(0, "start")]]
        report.statesByDepth.append(1)
        for _ in 0..<depth {
            var next: [ExplorationState] = []
            var level: [(parent: Int, move: String)] = []
            for (number, state) in frontier.enumerated() {
                for move in state.moves {
                    var after = state
                    after.make(move)
                    report.transitions += 1
                    if let problem = after.problem {
                        report.broken = "\(problem) after \(path(to: number, origins) + [move.description])"
                        report.states = seen.count
                        return report
                    }
                    guard seen.insert(after).inserted else { continue }
                    next.append(after)
                    level.append((number, move.description))
                }
            }
            report.statesByDepth.append(next.count)
            origins.append(level)
            frontier = next
        }
        report.states = seen.count
        return report
    }

    private func path(to number: Int, _ origins: [[(parent: Int, move: String)]]) -> [String] {
        var (place, moves): (Int, [String]) = (number, [])
        for level in origins.dropFirst().reversed() {
            moves.append(level[place].move)
            place = level[place].parent
        }
        return moves.reversed()
    }
}
