import Testing

@Suite struct PinRuleTests {
    @Test(arguments: [
        "    .package(url: \"u\", from: \"1.0.0\"),", ".package(url: \"u\", branch: \"main\"),",
        ".package(\n    url: \"u\",\n    .upToNextMajor(from: \"1.0.0\")),\n.package(url: \"v\", exact: \"1.0.0\")",
    ]) func loosePackagesAreFound(code: String) {
        #expect(rows(pinFindings(pure(code, path: "Package.swift"))) == [1])
    }

    @Test(arguments: [
        "        .package(url: \"u\", exact: \"1.0.0\", traits: []),",
        ".package(\n    url: \"u\",\n    exact: \"1.0.0\"),",
        ".product(name: \"A\", package: \"b\")",
    ]) func pinnedPackagesAreFine(code: String) {
        #expect(pinFindings(pure(code, path: "Package.swift")).isEmpty)
    }
}
