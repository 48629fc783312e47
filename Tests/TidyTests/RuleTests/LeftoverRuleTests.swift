import Testing

@Suite struct LeftoverRuleTests {
    @Test func notesToOneselfAreFound() {
        #expect(rows(leftoverFindings(pure("let a = 1 // TODO: b\n/* FIXME */\n/// See XXX."))) == [1, 2, 3])
    }

    @Test func wordsAndStringsAreNot() {
        #expect(leftoverFindings(pure("let todo = \"TODO\" // the TODOs of a user")).isEmpty)
    }
}
