import Core
import Foundation
import Signals
import Synchronization

/// Shows how far the training is: a bar on a terminal, a line for each finished fold otherwise.
final class ProgressDisplay: Sendable {
    private struct State {
        var unitsDone = 0
        var lastDrawn: UInt64 = 0
        var trials = 0
    }

    private let total: Int
    private let isSilent: Bool
    private let isTerminal: Bool
    private let start = DispatchTime.now().uptimeNanoseconds
    private let state = Mutex(State())

    init(total: Int, isSilent: Bool) {
        self.total = total
        self.isSilent = isSilent
        isTerminal = isatty(FileHandle.standardError.fileDescriptor) == 1
    }

    func show(_ progress: SignalProgress) {
        guard !isSilent else { return }
        let now = DispatchTime.now().uptimeNanoseconds
        let line: String? = state.withLock { state in
            let finished = progress.unitsDone > state.unitsDone
            state.unitsDone = max(state.unitsDone, progress.unitsDone)
            state.trials = max(state.trials, progress.trials)
            guard isTerminal ? finished || now > state.lastDrawn + 100_000_000 : finished else { return nil }
            state.lastDrawn = now
            return text(progress, seconds: Double(now - start) / 1e9)
        }
        if let line { write(isTerminal ? "\r\u{1B}[K" + line : line + "\n") }
    }

    /// Ends the bar's line.
    func finish() {
        if !isSilent, isTerminal { write("\r\u{1B}[K") }
    }

    private func text(_ progress: SignalProgress, seconds: Double) -> String {
        let share = Double(progress.unitsDone) / Double(max(progress.unitsTotal, 1))
        let left = share > 0 ? seconds / share - seconds : .nan
        let filled = Int(share * 24)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled)
        let best = progress.bestFitness.isFinite ? Output.number(progress.bestFitness, 3) : "-"
        return "[\(bar)] fold \(progress.unitsDone)/\(progress.unitsTotal)  \(progress.unit) "
            + "generation \(progress.generation)/\(progress.generations) best \(best)  "
            + "\(progress.trials) genomes  \(Output.number(left, 0)) s left"
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
