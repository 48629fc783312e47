import Testing

/// Runs every rule over the repository's own files. The rules themselves are proven in `RuleTests`.
@Suite struct HouseTests {
    private static let everywhere: [(name: String, rule: @Sendable (SourceFile) -> [Finding])] = [
        ("layout", layoutFindings), ("length", lengthFindings), ("leftovers", leftoverFindings),
        ("functions", functionFindings), ("unsafe", unsafeFindings),
    ]

    private static let inSources: [(name: String, rule: @Sendable (SourceFile) -> [Finding])] = [
        ("pure calls", pureCallFindings), ("arrows", arrowFindings), ("order", orderFindings),
        ("venue words", venueWordFindings), ("documentation", documentationFindings),
    ]

    private static let house = House()
    /// Read once; nil when a folder cannot be read.
    private static let sources = try? house.swiftFiles(in: "Sources")
    private static let tests = try? house.swiftFiles(in: "Tests")

    private func sources() throws -> [SourceFile] {
        let files = try #require(Self.sources)
        try #require(files.count > 20, "the sources were not found at \(Self.house.root)")
        return files
    }

    private func everything() throws -> [SourceFile] {
        try sources() + #require(Self.tests) + [Self.house.file("Package.swift")]
    }

    private func report(_ findings: [Finding], _ rule: String) {
        for finding in findings { Issue.record("\(finding) [\(rule)]") }
    }

    @Test(arguments: everywhere.indices) func everyFileKeepsTheRule(index: Int) throws {
        let (name, rule) = Self.everywhere[index]
        report(try everything().flatMap(rule), name)
    }

    @Test(arguments: inSources.indices) func everySourceKeepsTheRule(index: Int) throws {
        let (name, rule) = Self.inSources[index]
        report(try sources().flatMap(rule), name)
    }

    @Test func noTwoFilesOfATargetShareAName() throws {
        report(twinFindings(try everything()), "twins")
    }

    @Test(arguments: ["docs/bitget.md", "docs/tinkoff.md"]) func everyTestThatAPageNamesExists(page: String) throws {
        let findings = namedTestFindings(try Self.house.file(page), among: try #require(Self.tests))
        report(findings, "named tests")
    }

    @Test func everyPainHasItsTests() throws {
        let page = try Self.house.file("docs/orders-and-protections.md")
        report(painFindings(page, tests: try #require(Self.tests), count: 25), "pains")
    }

    @Test func everyCodeOfAVenueClientIsExplained() throws {
        let page = try Self.house.file("docs/codes.md")
        report(try sources().flatMap { codeFindings($0, on: page) }, "codes")
    }

    @Test func everyPackageIsPinned() throws {
        report(pinFindings(try Self.house.file("Package.swift")), "pins")
    }
}
