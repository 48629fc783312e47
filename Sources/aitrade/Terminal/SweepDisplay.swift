import Foundation
import Signals
import Synchronization

/// Shows how far a sweep is: one line that is drawn anew on a terminal, a line for each tenth otherwise.
final class SweepDisplay: Sendable {
    private struct State {
        var lastDrawn: UInt64 = 0
        var tenths = 0
        var tried = 0
    }

    private let name: String
    private let isSilent: Bool
    private let isTerminal: Bool
    private let start = DispatchTime.now().uptimeNanoseconds
    private let state = Mutex(State())

    init(name: String, isSilent: Bool, isTerminal: Bool = isatty(FileHandle.standardError.fileDescriptor) == 1) {
        (self.name, self.isSilent, self.isTerminal) = (name, isSilent, isTerminal)
    }

    /// The pairs that were tried until now.
    var tried: Int { state.withLock { $0.tried } }

    func show(_ progress: SweepStudy.Progress) {
        // The second half looks at the same pairs on the part held out.
        state.withLock { $0.tried = max($0.tried, min(progress.done, progress.total / 2)) }
        guard !isSilent else { return }
        let now = DispatchTime.now().uptimeNanoseconds
        let tenths = progress.done * 10 / progress.total
        let isDue = state.withLock { state in
            guard isTerminal ? now > state.lastDrawn + 100_000_000 : tenths > state.tenths else { return false }
            (state.lastDrawn, state.tenths) = (now, tenths)
            return true
        }
        guard isDue else { return }
        let text = line(progress, seconds: Double(now - start) / 1e9)
        write(isTerminal ? "\r\u{1B}[K\(text.prefix(TerminalWidth.standardError))" : "\(text)\n")
    }

    /// Takes the line away.
    func finish() {
        if isTerminal, !isSilent { write("\r\u{1B}[K") }
    }

    private func line(_ progress: SweepStudy.Progress, seconds: Double) -> String {
        let share = Double(progress.done) / Double(progress.total)
        let filled = Int(share * 12)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 12 - filled)
        let rate = seconds > 0 ? Output.number(Double(progress.done) / seconds, 0) : "-"
        let left = share > 0 ? Output.number(seconds / share - seconds, 0) : "-"
        return "[\(bar)] \(name)  \(progress.done)/\(progress.total) rules  \(rate)/s  \(left) s left  best "
            + Output.percent(progress.best)
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
