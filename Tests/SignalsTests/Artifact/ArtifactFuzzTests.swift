import Core
import Foundation
import Signals
import Testing

/// Damaged files of every kind: a reader never traps, never hangs, and takes only what the writer would have written.
///
/// A few thousand inputs here; `make fuzz` (or AITRADE_FUZZ=10000000 in the environment) runs as many as are asked for.
@Suite struct ArtifactFuzzTests {
    /// How an input was damaged.
    enum Damage: Int, CaseIterable {
        case truncated, extended, flipped, lengthLie, headerLengthLie, headerByte, headerNumber, headerPiece, column
        case spliced
    }

    private static let inputs =
        ProcessInfo.processInfo.environment["AITRADE_FUZZ"].flatMap { Int($0) } ?? 3000

    private static func sample() throws -> [UInt8] {
        var origin = try SampleArtifact.origin()
        origin.timeframes = .usual
        return try SignalsArtifact(origin: origin, assets: [SampleArtifact.asset("BTCUSDT", rows: 5)]).encode()
    }

    private static func seal(_ bytes: inout [UInt8]) {
        guard bytes.count >= 32 else { return }
        bytes.replaceSubrange((bytes.count - 32)..., with: Digest.sha256(bytes.dropLast(32)).bytes)
    }

    /// Writes a number of `width` bytes, where it fits.
    private static func put(_ value: UInt64, at place: Int, width: Int, into bytes: inout [UInt8]) {
        for byte in 0..<width where place + byte < bytes.count {
            bytes[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))
        }
    }

    private static let numbers = [
        "-1", "0", "1", "1.5", "1e999", "-0", "9223372036854775807", "9223372036854775808", "18446744073709551616",
        "null",
        "true", "\"\"", "[]", "{}", "1e-400", "007", "64", "4294967296", "NaN", "0x10",
    ].map { Array($0.utf8) }

    private static let alphabet = Array("0123456789-.,:eE[]{}\"ntfu\\ \u{0}".utf8)

    /// One damaged copy of `sound`.
    private static func damaged(_ sound: [UInt8], _ damage: Damage, _ random: inout SeededRandom) -> [UInt8] {
        var bytes = sound
        let headerLength = Int(sound[12]) | Int(sound[13]) << 8
        let header = 32..<(32 + headerLength)
        var sealed = random.chance(0.9)
        switch damage {
        case .truncated:
            bytes.removeLast(1 + random.below(bytes.count))
            if random.chance(0.5) { put(UInt64(bytes.count), at: 16, width: 8, into: &bytes) }
        case .extended:
            bytes += (0...random.below(80)).map { _ in UInt8(random.below(256)) }
            put(UInt64(bytes.count), at: 16, width: 8, into: &bytes)
        case .flipped:
            for _ in 0...random.below(4) { bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8)) }
            sealed = random.chance(0.3)
        case .lengthLie:
            put(random.next() >> UInt64(random.below(64)), at: 16, width: 8, into: &bytes)
        case .headerLengthLie:
            put(random.next() >> UInt64(32 + random.below(32)), at: 12, width: 4, into: &bytes)
        case .headerByte:
            for _ in 0...random.below(3) {
                bytes[header.lowerBound + random.below(header.count)] =
                    random.chance(0.7) ? alphabet[random.below(alphabet.count)] : UInt8(random.below(256))
            }
        case .headerNumber, .headerPiece:
            rewriteHeader(&bytes, header, wholeNumber: damage == .headerNumber, &random)
        case .column:
            for _ in 0...random.below(3) {
                let place = header.upperBound + random.below(bytes.count - 32 - header.upperBound)
                bytes[place] = UInt8(random.below(256))
            }
        case .spliced:
            let from = random.below(bytes.count)
            let piece = bytes[from..<min(bytes.count, from + 1 + random.below(64))]
            bytes.insert(contentsOf: piece, at: random.below(bytes.count))
            put(UInt64(bytes.count), at: 16, width: 8, into: &bytes)
        }
        if sealed { seal(&bytes) }
        return bytes
    }

    /// Replaces a number of the header, or cuts a piece out of it, and makes every length right again.
    private static func rewriteHeader(
        _ bytes: inout [UInt8], _ header: Range<Int>, wholeNumber: Bool, _ random: inout SeededRandom
    ) {
        var (start, end) = (header.lowerBound + random.below(header.count), 0)
        let isNumber = { (byte: UInt8) in (48...57).contains(byte) || byte == 45 || byte == 46 }
        while wholeNumber, start < header.upperBound - 1, !isNumber(bytes[start]) { start += 1 }
        end = start
        if wholeNumber {
            while end < header.upperBound, isNumber(bytes[end]) { end += 1 }
        } else {
            end = min(header.upperBound, start + random.below(24))
        }
        let piece = wholeNumber || random.chance(0.3) ? numbers[random.below(numbers.count)] : []
        bytes.replaceSubrange(start..<end, with: piece)
        put(UInt64(header.count - (end - start) + piece.count), at: 12, width: 4, into: &bytes)
        put(UInt64(bytes.count), at: 16, width: 8, into: &bytes)
    }

    /// The inputs of one share of the run; each number of an input has a seed of its own, so that it can be repeated.
    private static func run(_ numbers: StrideTo<Int>, _ sound: [UInt8]) -> (refused: Int, taken: [Int]) {
        var (refused, taken) = (0, [Int]())
        for number in numbers {
            var random = SeededRandom(seed: UInt64(number), stream: "fuzz")
            let damage = Damage.allCases[number % Damage.allCases.count]
            let bytes = damaged(sound, damage, &random)
            do {
                let artifact = try SignalsArtifact.decode(bytes)
                // What is taken must be, byte for byte, what the writer writes.
                if (try? artifact.encode()) != bytes { taken.append(number) }
            } catch {
                refused += 1
                if error.description.isEmpty { taken.append(number) }
            }
        }
        return (refused, taken)
    }

    @Test func noDamageIsTakenOrTrapsOrHangs() async throws {
        let sound = try Self.sample()
        let results = await withTaskGroup(of: (refused: Int, taken: [Int]).self) { group in
            for share in 0..<2 {
                group.addTask { Self.run(stride(from: share, to: Self.inputs, by: 2), sound) }
            }
            var all: [(refused: Int, taken: [Int])] = []
            for await result in group { all.append(result) }
            return all
        }
        #expect(results.flatMap(\.taken).isEmpty, "inputs \(results.flatMap(\.taken).prefix(5)) were taken")
        // Only damage that hits nothing, or a value that another may stand for, is left.
        let refused = results.reduce(0) { $0 + $1.refused }
        #expect(Double(refused) > 0.9 * Double(Self.inputs))
        if Self.inputs > 3000 { print("fuzz: \(Self.inputs) inputs, \(refused) refused, no trap, no hang") }
    }

    /// Who shows an artifact joins its counts with those of others and puts them into sentences.
    @Test func whatIsTakenCanBeShown() async throws {
        let sound = try await StudyBars.artifact(
            [try StudyBars.walk("AAA", count: 560, seed: 1)], StudyBars.options()
        ).encode()
        var shown = 0
        for number in 0..<min(Self.inputs / 2, 50_000) {
            var random = SeededRandom(seed: UInt64(number), stream: "shown")
            let bytes = Self.damaged(sound, number % 2 == 0 ? .headerNumber : .headerByte, &random)
            guard let asset = try? SignalsArtifact.decode(bytes).assets.first, let judgement = asset.judgement else {
                continue
            }
            let all = judgement.trials.joined(judgement.trials).joined(judgement.trials)
            let sentences = StatisticSentences(judgement.rejudged(all), own: judgement.trials).all
            #expect(!sentences.isEmpty, "input \(number)")
            shown += 1
        }
        #expect(shown > 0)
    }

    @Test(arguments: [0, 2, 3, UInt32.max]) func otherVersionsAreRefusedClearly(version: UInt32) throws {
        var bytes = try Self.sample()
        Self.put(UInt64(version), at: 8, width: 4, into: &bytes)
        Self.seal(&bytes)
        #expect(throws: ArtifactError.unknownVersion(version)) { try SignalsArtifact.decode(bytes) }
        let text = ArtifactError.unknownVersion(version).description
        #expect(text.contains("format version \(version)") && text.contains("only 1"))
        // A version 2 has its own magic too; then it is not even this family.
        bytes.replaceSubrange(0..<8, with: Array("AITSIG2\n".utf8))
        Self.seal(&bytes)
        #expect(throws: ArtifactError.unknownVersion(2)) { try SignalsArtifact.decode(bytes) }
    }
}
