import Testing

@Suite struct LayoutRuleTests {
    @Test func longLinesSpaceAndTabsAreFound() {
        let long = "// " + String(repeating: "x", count: 118)
        #expect(rows(layoutFindings(pure("\(long)\nlet a = 1 \n\tlet b = 2"))) == [1, 2, 3])
    }

    @Test func aHundredAndTwentyColumnsAreFine() {
        #expect(layoutFindings(pure("// " + String(repeating: "ж", count: 117))).isEmpty)
    }

    @Test func theEndOfTheFileIsOneLineFeed() {
        #expect(layoutFindings(SourceFile(path: "a.swift", text: "let a = 1")).count == 1)
        #expect(layoutFindings(SourceFile(path: "a.swift", text: "let a = 1\n\n")).count == 1)
        #expect(layoutFindings(SourceFile(path: "a.swift", text: "let a = 1\n")).isEmpty)
    }
}
