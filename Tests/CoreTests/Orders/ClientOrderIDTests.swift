import Core
import FoundationEssentials
import Testing

@Suite struct ClientOrderIDTests {
    private func derive(
        artifact: String = "a1", account: String = "main", symbol: String = "BTCUSDT", time: Int64 = 1000, leg: Int = 0,
        purpose: OrderPurpose = .entry
    ) throws -> ClientOrderID {
        .derived(
            artifact: artifact, account: account, symbol: try #require(Symbol(symbol)),
            time: Timestamp(milliseconds: time), leg: leg, purpose: purpose)
    }

    /// Computed by hand with sha256sum over `2:a14:main7:BTCUSDT4:10001:05:entry`.
    @Test func theKnownVectorHolds() throws {
        let digest = Digest.sha256("2:a14:main7:BTCUSDT4:10001:05:entry").hex
        let plain = try derive().text.filter { $0 != "-" }
        #expect(plain.prefix(12) == digest.prefix(12))
        #expect(plain.dropFirst(13).prefix(3) == digest.dropFirst(13).prefix(3))
        #expect(plain.dropFirst(17).prefix(15) == digest.dropFirst(17).prefix(15))
    }

    @Test func theShapeIsAVersionEightUUID() throws {
        for leg in 0..<500 {
            let text = Array(try derive(leg: leg).text)
            #expect(text.count == 36)
            for (place, character) in text.enumerated() {
                if [8, 13, 18, 23].contains(place) {
                    #expect(character == "-")
                } else {
                    #expect("0123456789abcdef".contains(character))
                }
            }
            #expect(text[14] == "8")
            #expect("89ab".contains(text[19]))
            #expect(UUID(uuidString: String(text)) != nil)
        }
    }

    @Test func equalPartsGiveEqualIdentifiersAndEveryPartCounts() throws {
        #expect(try derive() == derive())
        var ids = [
            try derive(), try derive(artifact: "a2"), try derive(account: "other"), try derive(symbol: "SBER"),
            try derive(time: 1001), try derive(time: -1000), try derive(leg: 1),
        ]
        for purpose in OrderPurpose.allCases where purpose != .entry { ids.append(try derive(purpose: purpose)) }
        #expect(Set(ids).count == 12)
    }

    @Test func charactersThatMoveBetweenPartsChangeTheIdentifier() throws {
        let ids = [
            try derive(artifact: "ab", account: "c"), try derive(artifact: "a", account: "bc"),
            try derive(artifact: "abc", account: ""), try derive(artifact: "", account: "abc"),
            try derive(artifact: "a1:b", account: "c"), try derive(artifact: "a", account: "1:bc"),
            try derive(artifact: "a4:main", account: ""), try derive(time: 100, leg: 10),
            try derive(time: 1001, leg: 0),
            try derive(time: 10, leg: 10),
        ]
        #expect(Set(ids).count == ids.count)
    }

    @Test func aMillionIdentifiersDiffer() throws {
        let symbols = ["BTCUSDT", "LINKUSDT", "SBER", "GAZP"].compactMap { Symbol($0) }
        var seen: Set<ClientOrderID> = []
        seen.reserveCapacity(1_000_000)
        for row in 0..<125_000 {
            for symbol in symbols {
                for leg in 0..<2 {
                    seen.insert(
                        .derived(
                            artifact: "a1", account: "main", symbol: symbol,
                            time: Timestamp(milliseconds: Int64(row) * 3_600_000), leg: leg, purpose: .entry))
                }
            }
        }
        #expect(seen.count == 1_000_000)
    }

    @Test func identifiersTravelAsText() throws {
        let ids = [ClientOrderID("b"), ClientOrderID("a")]
        let data = try JSONEncoder().encode(ids)
        #expect(String(decoding: data, as: UTF8.self) == "[\"b\",\"a\"]")
        #expect(try JSONDecoder().decode([ClientOrderID].self, from: data) == ids)
        #expect(ids.sorted().map(\.description) == ["a", "b"])
    }
}
