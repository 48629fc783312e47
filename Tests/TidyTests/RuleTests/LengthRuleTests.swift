import Testing

@Suite struct LengthRuleTests {
    @Test(arguments: [(249, 0), (250, 0), (251, 1)]) func twoHundredAndFiftyLinesAreTheLimit(lines: Int, found: Int) {
        let text = Array(repeating: "let a = 1", count: lines).joined(separator: "\n")
        #expect(lengthFindings(pure(text)).count == found)
    }
}
