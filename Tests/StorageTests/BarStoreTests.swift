import Core
import Foundation
import Glibc
import Storage
import Testing

@Suite struct BarStoreTests {
    private static let start: Int64 = 1_704_067_200_000
    private let symbol: Symbol
    private let hour: BarInterval
    private let folder: TemporaryFolder
    private let store: BarStore

    init() throws {
        symbol = try #require(Symbol("ABC"))
        hour = try #require(BarInterval("1h"))
        folder = try TemporaryFolder()
        try AtomicFile.createFolder(folder.path("bars"))
        store = BarStore(folder: folder.path("bars"))
    }

    private func csv(_ rows: Range<Int>, close: String = "11") -> String {
        "timestamp,open,high,low,close,volume\n"
            + rows.map { "\(Self.start + Int64($0) * 3_600_000),10,12,9,\(close),5\n" }.joined()
    }

    private var columns: String { "columns/ABC-1h.columns" }

    @Test func loadingMakesACacheAndTheCacheGivesTheSameBars() throws {
        try folder.write(csv(0..<50), to: "bars/ABC-1h.csv")
        let parsed = try store.load(symbol, hour)
        let written = try folder.bytes(columns)
        #expect(ColumnFile(written)?.series == parsed)
        #expect(try store.load(symbol, hour) == parsed)
    }

    @Test func aSettledCacheIsUsedWithoutReadingTheSource() throws {
        try folder.write(csv(0..<50), to: "bars/ABC-1h.csv")
        try age(folder.path("bars/ABC-1h.csv"))
        let parsed = try store.load(symbol, hour)
        // The same size and time: only a reader of the source would notice.
        let size = try folder.bytes("bars/ABC-1h.csv").count
        try folder.write([UInt8](repeating: 65, count: size), to: "bars/ABC-1h.csv")
        try age(folder.path("bars/ABC-1h.csv"))
        #expect(try store.load(symbol, hour) == parsed)
    }

    @Test func aChangedSourceRebuildsTheCache() throws {
        try folder.write(csv(0..<50), to: "bars/ABC-1h.csv")
        _ = try store.load(symbol, hour)
        try folder.write(csv(0..<60), to: "bars/ABC-1h.csv")
        #expect(try store.load(symbol, hour).count == 60)
        // The same size and, within the clock's grain, perhaps the same time.
        try folder.write(csv(0..<60, close: "12"), to: "bars/ABC-1h.csv")
        #expect(try store.load(symbol, hour).close == [Double](repeating: 12, count: 60))
    }

    @Test func everyDamagedByteOfACacheIsNoticed() throws {
        try folder.write(csv(0..<4), to: "bars/ABC-1h.csv")
        let parsed = try store.load(symbol, hour)
        let good = try folder.bytes(columns)
        for index in good.indices {
            var bad = good
            bad[index] ^= 1
            #expect(ColumnFile(bad) == nil, "byte \(index)")
            #expect(ColumnFile(Array(good[..<index])) == nil, "cut at \(index)")
        }
        try folder.write([UInt8](repeating: 7, count: 500), to: columns)
        #expect(try store.load(symbol, hour) == parsed)
        #expect(try folder.bytes(columns).count == good.count)
    }

    @Test(.enabled(if: SmallDisk.isPermitted, Comment(rawValue: SmallDisk.reason)))
    func aReadOnlyFolderStillLoads() throws {
        let disk = try SmallDisk(kibibytes: 64)
        try AtomicFile.createFolder(disk.path("bars"))
        try AtomicFile.write(csv(0..<10), to: disk.path("bars/ABC-1h.csv"))
        try disk.makeReadOnly()
        let store = BarStore(folder: disk.path("bars"))
        #expect(try store.load(symbol, hour).count == 10)
        #expect(try disk.names == ["bars"])
        try folder.write(csv(0..<20), to: "ABC-1h.csv")
        let error = #expect(throws: BarFileError.self) { try store.importFile(folder.path("ABC-1h.csv")) }
        guard case .file(let cause) = error else { return }
        #expect(cause.reason == .readOnly)
    }

    @Test(.enabled(if: SmallDisk.isPermitted, Comment(rawValue: SmallDisk.reason)))
    func aFullDiskRefusesTheImportAndKeepsTheOldBars() throws {
        let disk = try SmallDisk(kibibytes: 64)
        let store = BarStore(folder: disk.path("bars"))
        try folder.write(csv(0..<10), to: "ABC-1h.csv")
        _ = try store.importFile(folder.path("ABC-1h.csv"))
        try folder.write(csv(0..<5000), to: "ABC-1h.csv")
        let error = #expect(throws: BarFileError.self) { try store.importFile(folder.path("ABC-1h.csv")) }
        guard case .file(let cause) = error else { return }
        #expect(cause.reason == .noSpace)
        #expect(try store.load(symbol, hour).count == 10)
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path("bars")) == ["ABC-1h.csv"])
    }

    @Test func importTakesTheFileAndReplacesItWhenItGrew() throws {
        try folder.write(csv(0..<10), to: "ABC-1h.csv")
        let first = try store.importFile(folder.path("ABC-1h.csv"))
        #expect(first.added == 10)
        #expect(first.summary.rows == 10)
        try folder.write(csv(0..<15), to: "ABC-1h.csv")
        let second = try store.importFile(folder.path("ABC-1h.csv"))
        #expect((second.added, second.changed, second.removed) == (5, 0, 0))
        #expect(try folder.text("bars/ABC-1h.csv") == csv(0..<15))
    }

    @Test func importRefusesToLoseHistoryUnlessReplacing() throws {
        try folder.write(csv(0..<10), to: "ABC-1h.csv")
        _ = try store.importFile(folder.path("ABC-1h.csv"))
        try folder.write(csv(3..<15, close: "12"), to: "ABC-1h.csv")
        #expect(
            throws: BarFileError.losesHistory(
                path: folder.path("ABC-1h.csv"), bars: 3, first: Timestamp(milliseconds: Self.start))
        ) { try store.importFile(folder.path("ABC-1h.csv")) }
        #expect(try store.load(symbol, hour).count == 10)
        let done = try store.importFile(folder.path("ABC-1h.csv"), options: BarImportOptions(replace: true))
        #expect((done.added, done.changed, done.removed) == (5, 7, 3))
    }

    @Test func quarantineSetsBadRowsAsideAndKeepsTheGood() throws {
        var text = csv(0..<4)
        text += "\(Self.start),10,12,9,11,5\n"
        text += "broken \"row\"\n"
        try folder.write("\u{feff}" + text.split(separator: "\n").map { $0 + "\r\n" }.joined(), to: "ABC-1h.csv")
        #expect(throws: BarFileError.self) { try store.importFile(folder.path("ABC-1h.csv")) }
        #expect(try store.list().isEmpty)
        let done = try store.importFile(folder.path("ABC-1h.csv"), options: BarImportOptions(quarantine: true))
        #expect(done.summary.rows == 4)
        #expect(done.setAside.filter { !$0.isCosmetic }.map(\.line) == [6, 7])
        #expect(try folder.text("bars/ABC-1h.csv") == csv(0..<4))
        let lines = try folder.text("bars/ABC-1h.quarantine.csv").split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0] == "line,reason,row")
        #expect(lines[1] == "6,the timestamp repeats that of line 2,\"\(Self.start),10,12,9,11,5\"")
        #expect(lines[2].hasSuffix("\"broken \"\"row\"\"\""))
        #expect(try store.names() == [BarFileName(symbol: symbol, interval: hour)])
    }

    @Test func aFileWithoutOneGoodRowIsRefusedEvenWithQuarantine() throws {
        try folder.write("timestamp,open,high,low,close,volume\nx\n", to: "ABC-1h.csv")
        let error = #expect(throws: BarFileError.self) {
            try store.importFile(folder.path("ABC-1h.csv"), options: BarImportOptions(quarantine: true))
        }
        guard case .noGoodRows = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("bars")).isEmpty)
    }

    @Test func symbolAndIntervalMayBeGivenInsteadOfNamed() throws {
        try folder.write(csv(0..<4), to: "download.txt")
        #expect(throws: BarFileError.badName(path: folder.path("download.txt"))) {
            try store.importFile(folder.path("download.txt"))
        }
        let done = try store.importFile(folder.path("download.txt"), symbol: symbol, interval: hour)
        #expect(done.summary.path == folder.path("bars/ABC-1h.csv"))
    }

    @Test func missingSeriesAndFoldersAreNamedWithWhatThereIs() throws {
        try folder.write(csv(0..<4), to: "bars/XYZ-1h.csv")
        let error = #expect(throws: BarFileError.self) { try store.load(symbol, hour) }
        #expect(error?.description.contains("no bars of ABC 1h") == true)
        #expect(error?.description.contains("XYZ-1h") == true)
        let nowhere = BarStore(folder: folder.path("none"))
        #expect(throws: BarFileError.file(FileError(action: "list", path: folder.path("none"), reason: .missing))) {
            try nowhere.load(symbol, hour)
        }
        #expect(throws: BarFileError.file(FileError(action: "read", path: folder.path("no.csv"), reason: .missing))) {
            try store.importFile(folder.path("no.csv"), symbol: symbol, interval: hour)
        }
    }

    @Test func oneBadFileDoesNotHideTheOthers() throws {
        try folder.write(csv(0..<4), to: "bars/ABC-1h.csv")
        try folder.write("nonsense", to: "bars/BAD-1h.csv")
        try folder.write("x", to: "bars/notes.txt")
        let listing = try store.list()
        #expect(listing.map(\.name.symbol.name) == ["ABC", "BAD"])
        #expect((try? listing[0].content.get())?.rows == 4)
        #expect(throws: BarFileError.self) { try listing[1].content.get() }
    }

    @Test func verifyComparesEveryCacheWithItsSource() throws {
        try folder.write(csv(0..<4), to: "bars/ABC-1h.csv")
        let before = try #require(try store.verify().first).outcome.get()
        #expect(before.cache == .absent)
        _ = try store.load(symbol, hour)
        #expect(try #require(try store.verify().first).outcome.get().cache == .equal)
        try folder.write("damage", to: columns)
        #expect(try #require(try store.verify().first).outcome.get().cache == .rebuilt)
        #expect(try #require(try store.verify().first).outcome.get().cache == .equal)
    }

    @Test func twoFilesOfOneSeriesAreRefused() throws {
        try folder.write(csv(0..<4), to: "bars/ABC-1h.csv")
        try folder.write(csv(0..<4), to: "bars/ABC-60m.csv")
        #expect(
            throws: BarFileError.ambiguous(
                first: folder.path("bars/ABC-1h.csv"), second: folder.path("bars/ABC-60m.csv"))
        ) { try store.load(symbol, hour) }
    }

    /// Dates a file back to one fixed moment long ago.
    private func age(_ path: String) throws {
        let day = Date(timeIntervalSince1970: 1_700_000_000)
        try FileManager.default.setAttributes([.modificationDate: day], ofItemAtPath: path)
    }
}
