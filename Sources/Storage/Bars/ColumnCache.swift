package import Core
import Glibc

/// Parsed bar files, kept in binary beside the sources so that they load without parsing.
///
/// Purely an accelerator: a missing, stale or damaged entry is rebuilt, and a folder that cannot be written is ignored.
package struct ColumnCache: Sendable {
    /// The folder of `.columns` files.
    package let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    /// Where the columns of a series are kept.
    package func path(of name: BarFileName) -> String { "\(folder)/\(name).columns" }

    /// The entry of a series; nil when there is none or it is damaged.
    package func entry(_ name: BarFileName) -> ColumnFile? {
        guard let content = try? FileContent(path: path(of: name)), let file = ColumnFile(content.bytes),
            file.series.symbol == name.symbol, file.series.interval == name.interval
        else { return nil }
        return file
    }

    /// The bars of the file at `source`: from the cache when it is certain that the source has not changed since,
    /// otherwise parsed again.
    package func series(_ name: BarFileName, source: String) throws(BarFileError) -> BarSeries {
        let identity: FileIdentity
        do { identity = try FileIdentity(path: source) } catch { throw .file(error) }
        let cached = entry(name)
        if let cached, cached.source == identity, cached.isSettled { return cached.series }
        let content = try BarFile.content(source)
        if let cached, cached.sourceDigest == Digest.sha256(content.bytes) {
            store(cached.series, name, identity: content.identity, digest: cached.sourceDigest)
            return cached.series
        }
        let file = try BarFile(path: source, name: name, content: content)
        let series = try file.series()
        store(series, name, identity: file.identity, digest: file.sourceDigest)
        return series
    }

    /// Keeps a parsed file; does nothing when the folder cannot be written.
    package func store(_ series: BarSeries, _ name: BarFileName, identity: FileIdentity, digest: Digest) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let file = ColumnFile(
            series: series, source: identity, sourceDigest: digest,
            writtenNanoseconds: Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec))
        try? AtomicFile.createFolder(folder)
        try? AtomicFile.write(file.encoded, to: path(of: name), durability: .processCrash)
    }
}
