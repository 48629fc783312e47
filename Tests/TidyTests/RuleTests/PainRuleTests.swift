import Testing

@Suite struct PainRuleTests {
    private let tests = [
        pure("@Suite struct ATests {\n    @Test func oneHolds() {}\n}", path: "Tests/CoreTests/ATests.swift")
    ]

    private func findings(_ table: String, count: Int = 2) -> [Int] {
        rows(
            painFindings(
                pure("| pain | tests |\n|---|---|\n" + table, path: "docs/page.md"), tests: tests, count: count))
    }

    @Test func aTableOfTestsThatExistIsFine() {
        #expect(
            findings("| 1 it hurts | `ATests.oneHolds` |\n| 2 it hurts | `ATests.oneHolds`, `ATests.oneHolds` |")
                .isEmpty)
    }

    @Test(arguments: [
        "| 1 it hurts | `ATests.oneHolds` |\n| 2 it hurts | `ATests.twoHolds` |",
        "| 1 it hurts | `ATests.oneHolds` |\n| 2 it hurts | `BTests.oneHolds` |",
        "| 1 it hurts | `ATests.oneHolds` |\n| 2 it hurts | `oneHolds` |",
    ]) func testsThatAreNotThereAreFound(table: String) {
        #expect(findings(table) == [4])
    }

    @Test func aPainThatIsMissingOrThereTwiceIsFound() {
        #expect(findings("| 1 it hurts | `ATests.oneHolds` |") == [1])
        #expect(findings("| 1 it hurts | `ATests.oneHolds` |\n| 1 it hurts | `ATests.oneHolds` |") == [1])
    }
}
