import Testing

@Suite struct NamedTestRuleTests {
    private let tests = [pure("@Suite struct SomeTests {\n    @Test func holds() {}\n}")]

    @Test func aTestThatIsNotThereIsFound() {
        let page = SourceFile(
            path: "docs/page.md", text: "| 1 | `SomeTests.holds` |\n| 2 | `SomeTests.breaks`, `NoTests.holds` |")
        #expect(rows(namedTestFindings(page, among: tests)) == [2, 2])
    }

    @Test func otherWordsAreNoTests() {
        let page = SourceFile(path: "docs/page.md", text: "`Some.holds`, `SomeTests`, SomeTests.breaks")
        #expect(namedTestFindings(page, among: tests).isEmpty)
    }
}
