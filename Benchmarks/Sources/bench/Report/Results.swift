import Foundation

/// What the runs before a report left behind in one folder.
struct Results {
    /// One JSON line of `bench`.
    struct Line {
        let fields: [String: Any]
        func text(_ name: String) -> String { fields[name] as? String ?? "" }
        func number(_ name: String) -> Double { (fields[name] as? NSNumber)?.doubleValue ?? .nan }
    }

    /// The tests of one suite that were run.
    struct Suite {
        var passed = 0
        var failed = 0
    }

    private let folder: String
    let lines: [Line]
    /// By suite name.
    let suites: [String: Suite]
    /// Reports of `aitrade simulate`, as they were printed.
    let simulations: [Line]
    /// The same seeds once more on another number of threads.
    let repeated: [Line]
    /// The study of crashes at every numbered point; nil when it was left out.
    let crashes: Line?
    /// What the watchdog said of runners that were killed or frozen.
    let watches: [Line]

    init(folder: String) {
        self.folder = folder
        let read = { (name: String) in (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? "" }
        lines = read("bench.jsonl").split(separator: "\n").compactMap { Self.object(String($0)) }
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        suites = Self.suites(files.filter { $0.hasSuffix(".xml") }.map(read).joined())
        simulations = Self.objects(read("simulate.json")) + Self.objects(read("simulate-all.json"))
        repeated = Self.objects(read("simulate-again.json"))
        crashes = Self.object(read("crashes.json"))
        watches = read("watches.jsonl").split(separator: "\n").compactMap { Self.object(String($0)) }
    }

    /// The lines of one workload, whose case starts with `name`.
    func lines(_ workload: String, case name: String = "", peer: String = "aitrade") -> [Line] {
        lines.filter {
            $0.text("workload") == workload && $0.text("case").hasPrefix(name) && $0.text("peer") == peer
        }
    }

    /// The day on which a file of the results was written, UTC.
    func day(of file: String) -> String? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(file)")
        return (attributes?[.modificationDate] as? Date).map(Self.day)
    }

    /// A date as in `2026-01-31`, UTC.
    static func day(_ date: Date) -> String {
        let format = DateFormatter()
        format.dateFormat = "yyyy-MM-dd"
        format.timeZone = TimeZone(identifier: "UTC")
        return format.string(from: date)
    }

    private static func object(_ text: String) -> Line? {
        ((try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]).map(Line.init(fields:))
    }

    private static func objects(_ text: String) -> [Line] {
        let list = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [[String: Any]]
        return (list ?? []).map(Line.init(fields:))
    }

    /// Counts the test cases of an xUnit file by the last part of their class, which is the suite. A case that was
    /// passed over proves nothing.
    private static func suites(_ xml: String) -> [String: Suite] {
        var suites: [String: Suite] = [:]
        for element in xml.components(separatedBy: "<testcase ").dropFirst() {
            guard let name = attribute("classname", of: element)?.split(separator: ".").last else { continue }
            let isFailed = element.contains("<failure")
            guard isFailed || !element.contains("<skipped") else { continue }
            suites[String(name), default: Suite()].failed += isFailed ? 1 : 0
            suites[String(name), default: Suite()].passed += isFailed ? 0 : 1
        }
        return suites
    }

    private static func attribute(_ name: String, of element: String) -> String? {
        guard let start = element.range(of: "\(name)=\"") else { return nil }
        return element[start.upperBound...].split(separator: "\"", maxSplits: 1).first.map(String.init)
    }
}
