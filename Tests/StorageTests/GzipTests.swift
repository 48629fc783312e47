import Core
import Foundation
import Storage
import Testing

@Suite struct GzipTests {
    private func compressed(_ text: String) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "x")
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-n", folder.path("x")]
        try gzip.run()
        gzip.waitUntilExit()
        return try folder.bytes("x.gz")
    }

    private let csv = "timestamp,open,high,low,close,volume\n1704067200000,10,12,9,11,5\n"

    @Test func compressedFilesLoadLikePlainOnes() throws {
        let folder = try TemporaryFolder()
        try folder.write(try compressed(csv), to: "ABC-1h.csv.gz")
        let store = BarStore(folder: folder.path("bars"))
        let done = try store.importFile(folder.path("ABC-1h.csv.gz"))
        #expect(done.summary.rows == 1)
        #expect(try folder.text("bars/ABC-1h.csv") == csv)
    }

    @Test func membersFollowOneAnother() throws {
        let bytes = try compressed("one\n") + compressed("two\n")
        #expect(try Gzip.decompress(bytes, limitBytes: 100) == Array("one\ntwo\n".utf8))
        #expect(throws: Gzip.Failure.tooLarge) { try Gzip.decompress(bytes, limitBytes: 7) }
    }

    @Test func everyCutIsRefusedAndNoFlippedByteChangesTheContent() throws {
        let bytes = try compressed(csv)
        for length in 0..<bytes.count {
            #expect(throws: Gzip.Failure.corrupt) { try Gzip.decompress(Array(bytes[..<length]), limitBytes: 1000) }
        }
        // The first ten bytes are the header, whose time stamp and system mean nothing.
        for index in 10..<bytes.count {
            var bad = bytes
            bad[index] ^= 0x10
            // A few bits are padding: they may flip, but then nothing changes.
            let result = try? Gzip.decompress(bad, limitBytes: 1000)
            #expect(result == nil || result == Array(csv.utf8), "byte \(index)")
        }
    }

    @Test func aPlainFileNamedCompressedIsRefused() throws {
        let folder = try TemporaryFolder()
        try folder.write(csv, to: "ABC-1h.csv.gz")
        #expect(throws: BarFileError.corruptGzip(path: folder.path("ABC-1h.csv.gz"))) {
            try BarStore(folder: folder.path("bars")).importFile(folder.path("ABC-1h.csv.gz"))
        }
    }
}
