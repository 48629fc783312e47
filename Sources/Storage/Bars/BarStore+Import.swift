public import Core
import Glibc

/// How an import treats what it finds.
public struct BarImportOptions: Hashable, Sendable {
    /// Set bad rows aside instead of refusing the file.
    public var quarantine: Bool
    /// Allow stored bars to disappear.
    public var replace: Bool

    /// By default everything doubtful is refused.
    public init(quarantine: Bool = false, replace: Bool = false) {
        self.quarantine = quarantine
        self.replace = replace
    }
}

extension BarStore {
    /// Takes a bar file into the store. The file replaces what is stored of its series; it must hold every bar that is
    /// stored, unless replacing is asked for.
    ///
    /// - Parameters:
    ///   - path: A file by the convention, plain or compressed.
    ///   - symbol: The instrument; nil takes it from the name.
    ///   - interval: The length of a bar; nil takes it from the name.
    /// - Throws: ``BarFileError``; the store is then unchanged.
    public func importFile(
        _ path: String, symbol: Symbol? = nil, interval: BarInterval? = nil,
        options: BarImportOptions = BarImportOptions()
    ) throws(BarFileError) -> BarImport {
        let name = try Self.name(path, symbol: symbol, interval: interval)
        let file = try BarFile(path: path, name: name)
        let series = try file.series(tolerant: options.quarantine)
        let stored = try storedPath(of: name, replace: options.replace)
        let change = try change(from: stored, name, to: series, imported: path, replace: options.replace)
        let target = "\(folder)/\(name).csv"
        let setAside = file.faults.contains { !$0.isCosmetic }
        let quarantinePath = setAside ? "\(folder)/\(name).quarantine.csv" : nil
        do {
            try AtomicFile.createFolder(folder)
            if let quarantinePath { try AtomicFile.write(file.quarantineText, to: quarantinePath) }
            try AtomicFile.write(file.cleanText, to: target)
            // The compressed or differently spelled predecessor would make the series ambiguous.
            for old in stored where old != target { try Self.remove(old) }
        } catch {
            throw .file(error)
        }
        _ = try cache.series(name, source: target)
        return BarImport(
            summary: BarSummary(series, path: target), added: change.added, changed: change.changed,
            removed: change.removed, setAside: file.faults, quarantinePath: quarantinePath)
    }

    private static func name(
        _ path: String, symbol: Symbol?, interval: BarInterval?
    ) throws(BarFileError) -> BarFileName {
        if let symbol, let interval { return BarFileName(symbol: symbol, interval: interval) }
        guard let name = BarFileName(path: path) else { throw .badName(path: path) }
        return BarFileName(symbol: symbol ?? name.symbol, interval: interval ?? name.interval)
    }

    /// The files that hold the series now.
    private func storedPath(of name: BarFileName, replace: Bool) throws(BarFileError) -> [String] {
        do {
            return try path(of: name).map { [$0] } ?? []
        } catch BarFileError.ambiguous(let first, let second) where replace {
            return [first, second]
        } catch .file(let error) where error.reason == .missing {
            return []
        }
    }

    private func change(
        from stored: [String], _ name: BarFileName, to series: BarSeries, imported: String, replace: Bool
    ) throws(BarFileError) -> (added: Int, changed: Int, removed: Int) {
        guard let path = stored.first, path != imported else { return (series.count, 0, 0) }
        let old: BarSeries
        do {
            old = try cache.series(name, source: path)
        } catch {
            if replace { return (series.count, 0, 0) }
            throw .storedUnreadable(path: path, reason: error.problem)
        }
        let change = Self.compare(old, series)
        if let first = change.firstRemoved, !replace {
            throw .losesHistory(path: imported, bars: change.removed, first: first)
        }
        return (change.added, change.changed, change.removed)
    }

    /// Walks both series side by side.
    private static func compare(
        _ old: BarSeries, _ new: BarSeries
    ) -> (added: Int, changed: Int, removed: Int, firstRemoved: Timestamp?) {
        var (left, right, common, changed) = (0, 0, 0, 0)
        var firstRemoved: Timestamp?
        while left < old.count {
            if right < new.count, new.openTimes[right] < old.openTimes[left] {
                right += 1
            } else if right < new.count, new.openTimes[right] == old.openTimes[left] {
                common += 1
                if old[left] != new[right] { changed += 1 }
                (left, right) = (left + 1, right + 1)
            } else {
                firstRemoved = firstRemoved ?? old[left].openTime
                left += 1
            }
        }
        return (new.count - common, changed, old.count - common, firstRemoved)
    }

    private static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 else { throw FileError(action: "remove", path: path, code: errno) }
        try AtomicFile.flushFolder(of: path)
    }
}
