public import Core

/// A folder of bar files, one for each symbol and interval, with a binary cache beside it.
///
/// ```swift
/// let store = BarStore(folder: "data_cache/bars")
/// let series = try store.load(symbol, interval)
/// ```
public struct BarStore: Sendable {
    /// The folder of bar files.
    public let folder: String
    package let cache: ColumnCache

    /// The store in `folder`; its cache goes to `cacheFolder`, by default `columns` beside `folder`.
    public init(folder: String, cacheFolder: String? = nil) {
        self.folder = folder
        cache = ColumnCache(folder: cacheFolder ?? "\(AtomicFile.folder(of: folder))/columns")
    }

    /// The names of all stored series, sorted.
    ///
    /// - Throws: ``BarFileError/file(_:)`` when the folder cannot be listed.
    public func names() throws(BarFileError) -> [BarFileName] {
        var seen = Set<BarFileName>()
        return try files().map(\.name).filter { seen.insert($0).inserted }
    }

    /// Every bar file with what it holds, by name; an unusable file is listed with its fault.
    ///
    /// - Throws: ``BarFileError/file(_:)`` when the folder cannot be listed.
    public func list() throws(BarFileError) -> [BarListing] {
        try files().map { file in
            let content = Result { () throws(BarFileError) in
                BarSummary(try cache.series(file.name, source: file.path), path: file.path)
            }
            return BarListing(path: file.path, name: file.name, content: content)
        }
    }

    /// The bars of one series; one not stored is made of the longest stored bars that it is a whole multiple of
    /// (``source(of:_:)``), each once it is closed (``BarAggregator``).
    ///
    /// - Throws: ``BarFileError``; `unknownSeries` lists what there is.
    public func load(_ symbol: Symbol, _ interval: BarInterval) throws(BarFileError) -> BarSeries {
        let source = try source(of: symbol, interval) ?? interval
        let series = try stored(symbol, source)
        return source == interval ? series : series.aggregated(to: interval) ?? series
    }

    /// The interval of the stored bars that ``load(_:_:)`` takes: the wanted one, or else the longest that makes it up;
    /// nil when there is none.
    ///
    /// - Throws: ``BarFileError/file(_:)`` when the folder cannot be listed.
    public func source(of symbol: Symbol, _ interval: BarInterval) throws(BarFileError) -> BarInterval? {
        try names().filter { $0.symbol == symbol && interval.milliseconds % $0.interval.milliseconds == 0 }
            .map(\.interval).max()
    }

    /// The bars of one series as it is stored.
    ///
    /// - Throws: ``BarFileError``; `unknownSeries` lists what there is.
    public func stored(_ symbol: Symbol, _ interval: BarInterval) throws(BarFileError) -> BarSeries {
        let name = BarFileName(symbol: symbol, interval: interval)
        guard let path = try path(of: name) else {
            let stored = try names().map(\.description)
            throw .unknownSeries(symbol: symbol, interval: interval, folder: folder, stored: stored)
        }
        return try cache.series(name, source: path)
    }

    /// Reads every file again from its source and compares the cache with it, rebuilding what differs.
    ///
    /// - Throws: ``BarFileError/file(_:)`` when the folder cannot be listed.
    public func verify() throws(BarFileError) -> [BarVerification] {
        try files().map { file in
            let outcome = Result { () throws(BarFileError) in try check(file.name, file.path) }
            return BarVerification(path: file.path, outcome: outcome)
        }
    }

    /// The file of a series; nil when there is none.
    ///
    /// - Throws: ``BarFileError/ambiguous(first:second:)`` when there are two.
    package func path(of name: BarFileName) throws(BarFileError) -> String? {
        let paths = try files().filter { $0.name == name }.map(\.path)
        if paths.count > 1 { throw .ambiguous(first: paths[0], second: paths[1]) }
        return paths.first
    }

    private func files() throws(BarFileError) -> [(name: BarFileName, path: String)] {
        do {
            return try Folder.names(in: folder)
                .compactMap { file in BarFileName(path: file).map { ($0, "\(folder)/\(file)") } }
                .sorted { $0 < $1 }
        } catch {
            throw .file(error)
        }
    }

    private func check(_ name: BarFileName, _ path: String) throws(BarFileError) -> BarVerification.Checked {
        let file = try BarFile(path: path, name: name)
        let series = try file.series()
        let summary = BarSummary(series, path: path)
        guard (try? FileIdentity(path: cache.path(of: name))) != nil else {
            return BarVerification.Checked(summary: summary, cache: .absent)
        }
        if let entry = cache.entry(name), entry.series == series, entry.sourceDigest == file.sourceDigest {
            return BarVerification.Checked(summary: summary, cache: .equal)
        }
        cache.store(series, name, identity: file.identity, digest: file.sourceDigest)
        return BarVerification.Checked(summary: summary, cache: .rebuilt)
    }
}
