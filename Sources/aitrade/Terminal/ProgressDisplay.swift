import Core
import Foundation
import Signals
import Synchronization

/// Shows how far the training is: two lines that are drawn anew on a terminal, a line for each finished fold otherwise.
final class ProgressDisplay: Sendable {
    private struct State {
        var unitsDone = 0
        var lastDrawn: UInt64 = 0
        /// The best fitness of the shown unit, generation by generation.
        var best: [UnitKey: [Double]] = [:]
        var isDrawn = false
    }

    private let isSilent: Bool
    private let isTerminal: Bool
    private let start = DispatchTime.now().uptimeNanoseconds
    private let state = Mutex(State())

    init(isSilent: Bool, isTerminal: Bool = isatty(FileHandle.standardError.fileDescriptor) == 1) {
        (self.isSilent, self.isTerminal) = (isSilent, isTerminal)
    }

    func show(_ progress: SignalProgress) {
        guard !isSilent else { return }
        let now = DispatchTime.now().uptimeNanoseconds
        let text: String? = state.withLock { state in
            let finished = progress.unitsDone > state.unitsDone
            state.unitsDone = max(state.unitsDone, progress.unitsDone)
            if progress.bestFitness.isFinite { state.best[progress.unit, default: []].append(progress.bestFitness) }
            guard isTerminal ? finished || now > state.lastDrawn + 100_000_000 : finished else { return nil }
            state.lastDrawn = now
            let seconds = Double(now - start) / 1e9
            let width = isTerminal ? TerminalWidth.standardError : .max
            let lines = lines(progress, state, seconds: seconds, width: width)
            guard isTerminal else { return lines.joined(separator: "  ") + "\n" }
            let back = state.isDrawn ? "\r\u{1B}[1A" : ""
            state.isDrawn = true
            return back + lines.map { "\r\u{1B}[K\($0.prefix(width))" }.joined(separator: "\n")
        }
        if let text { write(text) }
    }

    /// Takes the lines away.
    func finish() {
        let isDrawn = state.withLock { $0.isDrawn }
        if isDrawn { write("\r\u{1B}[K\u{1B}[1A\r\u{1B}[K") }
    }

    private func lines(_ progress: SignalProgress, _ state: State, seconds: Double, width: Int) -> [String] {
        let share = progress.share
        let left = progress.secondsLeft(after: seconds).map { "\(Output.number($0, 0)) s left" } ?? "going on"
        let best = progress.bestFitness.isFinite ? Output.number(progress.bestFitness, 3) : "-"
        let unit = "\(progress.unit)  generation \(progress.generation)/\(progress.generations)  best \(best) "
        let pace = "  \(progress.trials) genomes, \(Output.number(progress.rate(after: seconds), 0))/s"
        // The line of the best ones takes what is left: the figures matter more.
        let room = min(20, max(0, width - unit.count - pace.count))
        let history = Self.sparkline(state.best[progress.unit] ?? [], width: room)
        let filled = Int(share * 24)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled)
        return [
            "[\(bar)] \(Output.number(share * 100, 0)) %  fold \(progress.unitsDone)/\(progress.unitsTotal)  "
                + left,
            unit + history + pace,
        ]
    }

    /// The last `width` values as small bars.
    static func sparkline(_ values: [Double], width: Int) -> String {
        let shown = values.suffix(width)
        guard let low = shown.min(), let high = shown.max() else { return "" }
        let letters = Array("▁▂▃▄▅▆▇█")
        return String(
            shown.map { value in
                high > low ? letters[Int(((value - low) / (high - low) * 7).rounded())] : letters[3]
            })
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}

/// A flag that one thread raises and others read.
final class StopFlag: Sendable {
    private let flag = Mutex(false)

    func raise() { flag.withLock { $0 = true } }
    var isRaised: Bool { flag.withLock { $0 } }
}
