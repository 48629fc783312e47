public import Core
import Foundation
import Glibc

/// One ledger file of a state folder.
public struct LedgerFile: Hashable, Codable, Sendable {
    /// What the file is.
    public enum Kind: String, Codable, Sendable {
        /// The ledger in use.
        case current
        /// A ledger that a new one took the place of.
        case archive
        /// A copy made by `ledger backup` or `ledger rotate`.
        case backup
    }

    /// The file.
    public let path: String
    /// What it is.
    public let kind: Kind
    /// Its size, the log beside it included.
    public let bytes: Int64
    /// What it is bound to; nil when it cannot be read.
    public let identity: LedgerIdentity?
    /// Its journal rows; nil when it cannot be read.
    public let journalRows: Int64?
    /// Why it cannot be read, if so.
    public let fault: String?
}

/// The ledger files of a state folder: the one in use, those it replaced, and the backups in `backups/`.
public struct LedgerFolder: Sendable {
    /// The state folder.
    public let path: String

    /// The files in `path`.
    public init(_ path: String) {
        self.path = path
    }

    /// The ledger in use.
    public var current: String { "\(path)/trades.sqlite" }

    /// Where backups go unless somebody names another place.
    public var backups: String { "\(path)/backups" }

    /// Every ledger file: the one in use first, then archives and backups, each by name.
    ///
    /// - Throws: ``FileError`` when a folder cannot be listed.
    public func list() throws(FileError) -> [LedgerFile] {
        var files: [LedgerFile] = []
        if access(current, F_OK) == 0 { files.append(file(current, .current)) }
        for name in try names(in: path) where name.hasPrefix("trades-") {
            files.append(file("\(path)/\(name)", .archive))
        }
        for name in try names(in: backups) { files.append(file("\(backups)/\(name)", .backup)) }
        return files
    }

    /// The name of a backup made at `date`, such as `20261121-120000`.
    public func backupPath(_ date: String) -> String { "\(backups)/trades-\(date).sqlite" }

    /// Removes the backups that are older than `days`, by the date in their names. The newest always stays, and so does
    /// every file with another name.
    ///
    /// - Parameters:
    ///   - now: The moment to count back from.
    ///   - moment: Reads the date in a name such as `20261121-120000`.
    /// - Returns: What was removed.
    /// - Throws: ``FileError`` naming the file that could not be removed.
    public func removeBackups(
        olderThan days: Int, now: Timestamp, moment: (String) -> Timestamp?
    ) throws(FileError) -> [String] {
        let dated = try names(in: backups).compactMap { name -> (name: String, at: Timestamp)? in
            guard name.hasPrefix("trades-"), let at = moment(String(name.dropFirst(7).dropLast(7))) else { return nil }
            return (name, at)
        }
        let newest = dated.map(\.at).max()
        let limit = now - TimeSpan.seconds(Int64(days) * 86_400)
        var removed: [String] = []
        for backup in dated where backup.at < limit && backup.at != newest {
            let file = "\(backups)/\(backup.name)"
            guard unlink(file) == 0 else { throw FileError(action: "remove", path: file, code: errno) }
            removed.append(file)
        }
        return removed
    }

    private func names(in folder: String) throws(FileError) -> [String] {
        guard access(folder, F_OK) == 0 else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".sqlite") }
                .sorted()
        } catch {
            throw FileError(action: "list", path: folder, code: EACCES)
        }
    }

    private func file(_ path: String, _ kind: LedgerFile.Kind) -> LedgerFile {
        let bytes = ["", "-wal"].reduce(Int64(0)) { sum, suffix in
            var status = stat()
            return stat(path + suffix, &status) == 0 ? sum + Int64(status.st_size) : sum
        }
        do {
            let reader = try LedgerReader(path: path)
            return LedgerFile(
                path: path, kind: kind, bytes: bytes, identity: try reader.identity(),
                journalRows: try reader.journalLength(), fault: nil)
        } catch {
            return LedgerFile(
                path: path, kind: kind, bytes: bytes, identity: nil, journalRows: nil,
                fault: error.problem)
        }
    }
}
