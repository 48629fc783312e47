import Testing

@Suite struct TwinRuleTests {
    @Test func filesOfOneNameInOneTargetAreFound() {
        let paths = ["Sources/A/x/Parser.swift", "Sources/A/y/Parser.swift", "Sources/B/Parser.swift"]
        let found = twinFindings(paths.map { pure("", path: $0) })
        #expect(found.map(\.path) == ["Sources/A/y/Parser.swift"])
        #expect(found.first?.message.contains("Sources/A/x/Parser.swift") == true)
    }
}
