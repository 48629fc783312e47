import Core
import Foundation
import Glibc
import Storage
import Synchronization
import Twins

/// What a twin was told, in a file: one that was killed goes on where it was, like a venue whose line was cut.
///
/// A twin that ends in order leaves no file behind. One of other options, of another program or over other files
/// begins anew, because the same inputs would come to another world there.
final class TwinMemory: Sendable {
    /// What the world follows from besides its inputs.
    struct Terms: Codable, Equatable {
        let program: String
        let options: [String]
        /// Name, size and time of the files that decide what the twin does.
        let files: [String]

        init(options: [String], files: [String]) {
            (program, self.options) = (ProgramBuild.name, options)
            self.files = files.sorted().map { path in
                let identity = try? FileIdentity(path: path)
                return "\(path) \(identity.map { "\($0.size) \($0.modifiedNanoseconds)" } ?? "")"
            }
        }
    }

    private struct Head: Codable {
        let terms: Terms
        let began: Int64
    }

    private struct State {
        var lines: TwinJournalLines
        /// Moments of which nobody knows anything yet.
        var pending: [UInt8] = []
        var size: Int
        /// Nil once nothing is written any more.
        var file: Int32?
    }

    /// Beyond this nothing more is written: a rehearsal of days is not gone through again in seconds.
    private static let limit = 256 << 20

    /// When the first twin of this memory began.
    let began: Timestamp
    /// What it was told until it was killed; empty for one that begins.
    let inputs: [TwinInput]
    private let path: String
    private let state: Mutex<State>

    private init(_ path: String, _ began: Timestamp, _ inputs: [TwinInput], _ state: consuming State) {
        (self.path, self.began, self.inputs) = (path, began, inputs)
        self.state = Mutex(state)
    }

    /// The memory of a twin at a port of its own; nil at any free one, which nobody finds again.
    ///
    /// - Parameters:
    ///   - venue: As the command calls it.
    ///   - interval: Of the bars to follow where none is named.
    ///   - known: The keys and passphrases that the twin gives out.
    static func of(_ venue: String, _ options: TwinOptions, interval: String, known: [String]) -> TwinMemory? {
        guard options.port > 0 else { return nil }
        let bars = ((try? Folder.names(in: options.bars)) ?? []).filter {
            $0 == InstrumentCatalog.fileName || $0.hasSuffix("-\(options.interval ?? interval).csv")
        }
        let files = bars.map { "\(options.bars)/\($0)" } + [options.faults, options.script].compactMap { $0 }
        let words = CommandLine.arguments.dropFirst().filter { !["--new", "--trace", "--json"].contains($0) }
        let path = "\(StateFolderOption.standard)/twin-\(venue)-\(options.port).journal"
        do {
            return try open(path, Terms(options: words, files: files), known: known, forgets: options.new)
        } catch {
            Output.warn("should this twin be killed, it will begin anew: \(error)")
            return nil
        }
    }

    /// Opens the file, and reads what a killed twin left in it.
    ///
    /// - Parameters:
    ///   - known: The keys and passphrases that the twin gives out.
    ///   - forgets: Whether to begin anew in any case.
    /// - Returns: Nil while another twin has the file, which is said.
    /// - Throws: `FileError` when it cannot be written.
    static func open(_ path: String, _ terms: Terms, known: [String], forgets: Bool) throws -> TwinMemory? {
        try AtomicFile.createFolder(AtomicFile.folder(of: path))
        let file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FileError(action: "write", path: path, code: errno) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            Output.warn("another twin writes \(path): should this one be killed, it will begin anew")
            return nil
        }
        if !forgets, let left = read(try FileContent(path: path).bytes, terms, known, of: path) {
            _ = ftruncate(file, left.size)
            lseek(file, 0, SEEK_END)
            return TwinMemory(path, left.began, left.inputs, State(lines: left.lines, size: left.size, file: file))
        }
        let began = SystemTime.wall()
        let head = Array(try JSONEncoder().encode(Head(terms: terms, began: began.milliseconds))) + [0x0a]
        _ = ftruncate(file, 0)
        guard write(head, to: file) else {
            close(file)
            throw FileError(action: "write", path: path, code: errno)
        }
        let lines = TwinJournalLines(after: began, known: known)
        return TwinMemory(path, began, [], State(lines: lines, size: head.count, file: file))
    }

    private struct Left {
        let began: Timestamp
        var inputs: [TwinInput] = []
        var lines: TwinJournalLines
        var size: Int
    }

    /// What a file holds; nil when there is nothing to go on from. The last line may be torn. One before it that makes
    /// no sense is said: what came after it cannot be brought about again.
    private static func read(_ bytes: [UInt8], _ terms: Terms, _ known: [String], of path: String) -> Left? {
        var rest = bytes[...]
        func line() -> ArraySlice<UInt8>? {
            guard let end = rest.firstIndex(of: 0x0a) else { return nil }
            defer { rest = rest[(end + 1)...] }
            return rest[..<end]
        }
        guard let first = line(), let head = try? JSONDecoder().decode(Head.self, from: Data(first)),
            head.terms == terms
        else { return nil }
        let began = Timestamp(milliseconds: head.began)
        var left = Left(began: began, lines: TwinJournalLines(after: began, known: known), size: rest.startIndex)
        while let next = line() {
            guard let input = left.lines.input(Substring(decoding: next, as: UTF8.self)) else {
                Output.warn("line \(left.inputs.count + 2) of \(path) cannot be read: this twin begins anew")
                return nil
            }
            left.inputs.append(input)
            left.size = rest.startIndex
        }
        return left
    }

    /// Writes an input down, before anybody hears what came of it.
    func note(_ input: TwinInput, isFelt: Bool) {
        state.withLock { state in
            guard let file = state.file else { return }
            state.pending += Array(state.lines.line(input).utf8)
            guard isFelt || state.pending.count > 4096 else { return }
            state.size += state.pending.count
            if state.size > Self.limit || !Self.write(state.pending, to: file) {
                Output.warn("\(path) grows no further: should this twin be killed, it will begin anew")
                unlink(path)
                state.file = nil
            }
            state.pending = []
        }
    }

    /// The twin ends in order: the next one begins anew.
    func forget() {
        state.withLock { state in
            guard state.file != nil else { return }
            unlink(path)
            state.file = nil
        }
    }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
