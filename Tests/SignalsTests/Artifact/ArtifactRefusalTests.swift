import Core
import Foundation
import Signals
import Testing

@Suite struct ArtifactRefusalTests {
    private func sample() throws -> [UInt8] {
        try SignalsArtifact(origin: SampleArtifact.origin(), assets: [SampleArtifact.asset("BTCUSDT", rows: 5)])
            .encode()
    }

    /// The bytes with their digest made right again.
    private func resealed(_ bytes: [UInt8]) -> [UInt8] {
        bytes.dropLast(32) + Digest.sha256(bytes.dropLast(32)).bytes
    }

    private func headerLength(_ bytes: [UInt8]) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[12 + $1]) << (8 * $1) }
    }

    /// The bytes with text in the header replaced by text of any length; every length is made right again.
    private func lying(_ bytes: [UInt8], _ old: String, _ new: String) throws -> [UInt8] {
        let length = headerLength(bytes)
        let header = String(decoding: bytes[32..<(32 + length)], as: UTF8.self)
        let range = try #require(header.range(of: old))
        let body = Array(header.replacingCharacters(in: range, with: new).utf8)
        var result = bytes[..<32] + body + bytes[(32 + length)...]
        let (count, total) = (UInt32(body.count), UInt64(result.count))
        for index in 0..<4 { result[12 + index] = UInt8(truncatingIfNeeded: count >> (8 * index)) }
        for index in 0..<8 { result[16 + index] = UInt8(truncatingIfNeeded: total >> (8 * index)) }
        return resealed(Array(result))
    }

    private func refusal(_ bytes: [UInt8]) -> ArtifactError? {
        do {
            _ = try SignalsArtifact.decode(bytes)
            return nil
        } catch { return error }
    }

    @Test func everyFlippedByteIsRefused() throws {
        var bytes = try sample()
        for index in bytes.indices {
            for mask in [UInt8(1), 0x80, 0xff] {
                bytes[index] ^= mask
                #expect(refusal(bytes) != nil, "byte \(index) ^ \(mask)")
                bytes[index] ^= mask
            }
        }
        #expect(refusal(bytes) == nil)
    }

    @Test func everyTruncationAndExtensionIsRefused() throws {
        let bytes = try sample()
        for length in bytes.indices { #expect(refusal(Array(bytes[..<length])) != nil, "\(length) bytes") }
        #expect(refusal(bytes + [0]) == .wrongLength(stated: UInt64(bytes.count), actual: bytes.count + 1))
        #expect(refusal([]) == .truncated(bytes: 0))
    }

    @Test func theFixedPartIsRefusedByName() throws {
        let bytes = try sample()
        func changed(_ index: Int, _ value: UInt8) -> [UInt8] {
            var copy = bytes
            copy[index] = value
            return resealed(copy)
        }
        #expect(refusal(changed(0, 66)) == .notAnArtifact)
        #expect(refusal(changed(8, 2)) == .unknownVersion(2))
        #expect(refusal(changed(24, 1)) == .reservedNotZero)
        #expect(refusal(changed(15, 0x7f)) == .wrongHeaderLength(UInt32(headerLength(bytes)) | 0x7f00_0000))
        var copy = bytes
        copy[bytes.count - 1] ^= 1
        #expect(refusal(copy) == .wrongDigest)
    }

    @Test func headerLiesWithARightDigestAreRefusedByName() throws {
        let bytes = try sample()
        let lies: [(String, String, String)] = [
            ("\"costs\":", "\"cost\":", "'costs' is missing"), ("\"preset\":", "\"extra\":1,\"preset\":", "'extra'"),
            ("\"feeBps\":10", "\"feeBps\":10,\"x\":{}", "'costs.x'"), ("\"feeBps\":10", "\"feeBps\":-1", "feeBps"),
            ("\"tail\":true", "\"tail\":true,\"zeta\":[]", "'assets.0.folds.1.zeta'"),
            ("\"name\":\"stop\"", "\"name\":\"halt\"", "'halt' of BTCUSDT"),
            ("\"name\":\"stop\"", "\"name\":\"time\"", "has no column 'stop'"),
            ("\"type\":\"i32\"", "\"type\":\"i64\"", "has type 'i64'"), ("\"rows\":5", "\"rows\":6", "cannot start"),
            ("\"rows\":5", "\"rows\":-5", "impossible number"), ("\"rows\":5", "\"rows\":4", "do not end"),
            ("\"rows\":5", "\"rows\":9223372036854775807", "impossible number"),
            ("\"intervalMs\":3600000", "\"intervalMs\":1", "intervalMs"),
            ("\"mode\":\"walk\"", "\"mode\":\"run\"", "'mode'"),
            ("\"trainWindow\":8", "\"trainWindow\":0", "trainWindow"), ("\"seed\":1", "\"seed\":-1", "cannot be read"),
            ("\"tail\":false", "\"tail\":true ", "marked as tail"),
            ("\"feeBps\":10,\"slippageBps\":2.5", "\"slippageBps\":2.5,\"feeBps\":10", "not as version 1"),
            ("\"sharpe\":1.7", "\"sharpe\":1e999", "cannot be read"),
            ("0.30000000000000004", "0.30000000000000005", "not as version 1"),
            ("BTCUSDT", "btcusdt", "not as version 1"), ("\"rows\":5", "\"rows\":5.5", "cannot be read"),
        ]
        for (old, new, reason) in lies {
            let error = refusal(try lying(bytes, old, new))
            #expect(error?.description.contains(reason) == true, "\(new): \(error?.description ?? "accepted")")
        }
        let offsets = try lying(bytes, "\"name\":\"target\",\"offset\":", "\"name\":\"target\",\"offset\":1")
        #expect(refusal(offsets)?.description.contains("cannot start at byte 1") == true)
    }

    @Test func randomDamageWithARightDigestNeverTraps() throws {
        let bytes = try sample()
        var random = SeededRandom(seed: 11)
        let json = 32..<(32 + headerLength(bytes))
        let pieces = Array("0123456789-.,:eE[]{}\"ntfu\\ \u{0}".utf8)
        for round in 0..<4000 {
            var copy = bytes
            for _ in 0...random.below(3) {
                let place = round % 4 == 0 ? random.below(bytes.count - 32) : json.lowerBound + random.below(json.count)
                copy[place] = round % 2 == 0 ? pieces[random.below(pieces.count)] : UInt8(random.below(256))
            }
            copy = resealed(copy)
            // What is still accepted must be exactly what the writer would write.
            if let artifact = try? SignalsArtifact.decode(copy) { #expect(try artifact.encode() == copy) }
        }
    }

    @Test func deepNestingAndRandomBytesNeverTrap() throws {
        let bytes = try sample()
        for depth in [100, 511, 513, 20_000] {
            let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect(refusal(try lying(bytes, "\"preset\":", "\"a\":\(nested),\"preset\":")) != nil)
        }
        var random = SeededRandom(seed: 12)
        for _ in 0..<2000 {
            let length = random.below(200)
            #expect(refusal(Array("AITSIG1\n".utf8) + (0..<length).map { _ in UInt8(random.below(256)) }) != nil)
        }
    }
}
