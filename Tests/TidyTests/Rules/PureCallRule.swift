/// Pure targets get time and randomness as arguments, and leave printing and threads to the shell.
func pureCallFindings(_ file: SourceFile) -> [Finding] {
    guard file.isPure else { return [] }
    return file.lines.flatMap { line in
        bans.filter { line.code.mentions($0.call) && !($0.isConcurrency && mayFork(file)) }
            .map { file.finding(line, "`\($0.call)` in the pure target \(file.room ?? ""): \($0.instead)") }
    }
}

/// Folders whose work is split over threads: the result does not depend on how.
private func mayFork(_ file: SourceFile) -> Bool {
    file.room == "Signals" && file.folders.contains("WalkForward")
}

private struct Ban {
    let call: String
    let instead: String
    var isConcurrency = false
}

private let bans: [Ban] = {
    let clock = "take the moment as `at now: Timestamp`"
    let random = "take `inout SeededRandom`"
    let fork = "return actions and let the shell perform them (only Signals/WalkForward may fork)"
    let output = "return a value and let the shell write it"
    return [
        Ban(call: "Date(", instead: clock), Ban(call: "Date.now", instead: clock),
        Ban(call: "ContinuousClock", instead: clock), Ban(call: "SuspendingClock", instead: clock),
        Ban(call: "Clock.now", instead: clock), Ban(call: "clock_gettime", instead: clock),
        Ban(call: "gettimeofday", instead: clock), Ban(call: "ProcessInfo", instead: "take it as an argument"),
        Ban(call: "SystemRandomNumberGenerator", instead: random), Ban(call: ".random(in:", instead: random),
        Ban(call: ".random()", instead: random), Ban(call: ".randomElement()", instead: random),
        Ban(call: ".shuffled()", instead: random), Ban(call: ".shuffle()", instead: random),
        Ban(call: "UUID()", instead: "derive the name from what it is for, as `ClientOrderID` does"),
        Ban(call: "Hasher()", instead: "it is seeded at every start: use `Digest`"),
        Ban(call: ".hashValue", instead: "it differs at every start: use `Digest`"),
        Ban(call: "print(", instead: output), Ban(call: "debugPrint(", instead: output),
        Ban(call: "FileManager", instead: output), Ban(call: "FileHandle", instead: output),
        Ban(call: ".addingProduct(", instead: "write `a * b + c`: it gives the same bits everywhere"),
        Ban(call: "Task {", instead: fork, isConcurrency: true),
        Ban(call: "Task.detached", instead: fork, isConcurrency: true),
        Ban(call: "Task.sleep", instead: "expose `nextDeadline`", isConcurrency: false),
        Ban(call: "withTaskGroup(", instead: fork, isConcurrency: true),
        Ban(call: "withThrowingTaskGroup(", instead: fork, isConcurrency: true),
        Ban(call: "withDiscardingTaskGroup(", instead: fork, isConcurrency: true),
        Ban(call: "async let", instead: fork, isConcurrency: true),
        Ban(call: "Thread.", instead: fork), Ban(call: "Thread(", instead: fork),
        Ban(call: "DispatchQueue", instead: fork), Ban(call: "DispatchSemaphore", instead: fork),
    ]
}()

extension String {
    /// Whether the text holds `word` not as the end of a longer name.
    func mentions(_ word: String) -> Bool {
        let (text, wanted) = (Array(utf8), Array(word.utf8))
        guard let first = wanted.first, text.count >= wanted.count else { return false }
        let standsAlone = first != UInt8(ascii: ".") && word != "Clock.now"
        return (0...(text.count - wanted.count)).contains { start in
            guard text[start] == first, text[start..<(start + wanted.count)].elementsEqual(wanted) else { return false }
            return !standsAlone || start == 0 || !text[start - 1].isInName
        }
    }
}

extension UInt8 {
    /// Whether the byte can be part of a name.
    fileprivate var isInName: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
