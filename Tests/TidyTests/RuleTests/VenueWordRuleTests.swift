import Testing

@Suite struct VenueWordRuleTests {
    @Test(arguments: [
        "let bitgetKey = 1", "struct TinkoffFigi {}", "f(\"MOEX\")", "case binance", "f(\"\\(tInvest)\")",
    ])
    func venuesOutsideTheirFolderAreFound(code: String) {
        for path in [
            "Sources/Engine/A.swift", "Sources/Brokers/Broker.swift", "Sources/Twins/A.swift",
            "Sources/Runner/B/A.swift",
        ] {
            #expect(rows(venueWordFindings(pure(code, path: path))) == [1])
        }
    }

    @Test func theirFolderTheCompositionTestsAndCommentsAreFine() {
        for path in [
            "Sources/Brokers/Bitget/A.swift", "Sources/Twins/Bitget/A.swift", "Sources/aitrade/Composition/A.swift",
            "Tests/CoreTests/A.swift",
        ] {
            #expect(venueWordFindings(pure("let bitget = \"tinkoff\"", path: path)).isEmpty)
        }
        #expect(venueWordFindings(pure("/// Such as `bitget`.\nlet a = 1")).isEmpty)
    }
}
