public import Core

/// A bar file or folder that cannot be used.
public enum BarFileError: ExplainedError, Hashable {
    /// The file could not be read or written.
    case file(FileError)
    /// The name does not tell symbol and interval, and they were not given.
    case badName(path: String)
    /// There is nothing in it, or nothing but a header.
    case empty(path: String)
    /// The first line is not the header of the convention.
    case badHeader(path: String, found: String)
    /// Some lines are wrong.
    case faults(path: String, [BarFault])
    /// Every row was set aside.
    case noGoodRows(path: String, [BarFault])
    /// No two rows are one interval apart.
    case intervalMismatch(path: String, stated: BarInterval, closestMilliseconds: Int64)
    /// The compressed file is cut short or damaged.
    case corruptGzip(path: String)
    /// A series was asked for that is not stored.
    case unknownSeries(symbol: Symbol, interval: BarInterval, folder: String, stored: [String])
    /// The imported file lacks bars that are stored.
    case losesHistory(path: String, bars: Int, first: Timestamp)
    /// The stored file that would be replaced cannot be read.
    case storedUnreadable(path: String, reason: String)
    /// Two files hold the same series.
    case ambiguous(first: String, second: String)
    /// `instruments.json` is wrong.
    case catalog(path: String, reason: String)

    /// What is wrong, naming file and line.
    public var problem: String {
        switch self {
        case .file(let error): error.problem
        case .badName(let path): "\(path): the name does not tell symbol and interval"
        case .empty(let path): "\(path): the file holds no bars"
        case .badHeader(let path, let found): "\(path):1: the header is '\(found)'"
        case .faults(let path, let faults): Self.listing(path, faults)
        case .noGoodRows(let path, let faults): "\(path): not one good row\n" + Self.listing(path, faults)
        case .intervalMismatch(let path, let stated, let closest):
            "\(path): stated as \(stated) bars, but the closest rows are \(Self.spell(closest)) apart"
        case .corruptGzip(let path): "\(path): the compressed data is cut short or damaged"
        case .unknownSeries(let symbol, let interval, let folder, let stored):
            "no bars of \(symbol) \(interval) in \(folder) (stored: \(Self.list(stored)))"
        case .losesHistory(let path, let bars, let first):
            "\(path): stored bars are missing in it: \(bars); first: \(first.milliseconds)"
        case .storedUnreadable(let path, let reason): "the stored file \(path) cannot be used (\(reason))"
        case .ambiguous(let first, let second): "\(first) and \(second) hold the same series"
        case .catalog(let path, let reason): "\(path): \(reason)"
        }
    }

    /// What to do about it.
    public var fix: String {
        switch self {
        case .file(let error): error.fix
        case .badName: "name it SYMBOL-INTERVAL.csv (such as BTCUSDT-1h.csv), or give --symbol and --interval"
        case .empty: "give a file with the header '\(BarCSV.header)' and at least one row"
        case .badHeader: "make the first line '\(BarCSV.header)'"
        case .faults: "correct the file, or import it with --quarantine to set bad rows aside"
        case .noGoodRows: "check that this is a bar file"
        case .intervalMismatch(_, _, let closest): "give --interval \(Self.spell(closest)), or name the file so"
        case .corruptGzip: "download or compress the file again"
        case .unknownSeries: "import it with: aitrade data import SYMBOL-INTERVAL.csv"
        case .losesHistory: "import a file that holds all of them, or add --replace to drop them"
        case .storedUnreadable: "repair or remove it, or add --replace to overwrite it"
        case .ambiguous: "remove one of them"
        case .catalog: "correct the entry; data_cache/bars/README.md explains the fields"
        }
    }

    private static let listed = 10

    private static func listing(_ path: String, _ faults: [BarFault]) -> String {
        let shown = faults.prefix(listed).map { "\(path):\($0.line): \($0.problem); \($0.fix)" }
        let rest = faults.count > listed ? ["and \(faults.count - listed) more faults in \(path)"] : []
        return (shown + rest).joined(separator: "\n")
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.joined(separator: ", ")
    }

    private static func spell(_ milliseconds: Int64) -> String {
        BarInterval(milliseconds: milliseconds)?.description ?? "\(milliseconds)ms"
    }
}
