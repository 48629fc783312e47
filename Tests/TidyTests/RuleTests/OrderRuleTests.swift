import Testing

@Suite struct OrderRuleTests {
    private let head =
        "var a: [String: Int] = [:]\nvar s: Set<Int> = []\nlet d = [Symbol: [Int]]()\nlet l: [Int] = []\n"

    @Test(arguments: [
        "for (k, v) in a {", "for x in s {", "for x in self.s {", "for (k, v) in a where v > 1 {", "for k in a.keys {",
        "let b = a.values.map { $0 }", "a.forEach { f($0) }", "let b = s.map { $0 }", "self.d.compactMap { $0 }",
        "let t = a.values.reduce(0.0, +)", "let x = s.first",
        "let b = a.values.map { $0 }\nlet n = l.sorted()", "for x in s {\n    l.sorted()",
    ]) func walksWithoutAnOrderAreFound(code: String) {
        #expect(rows(orderFindings(pure(head + code))) == [5])
    }

    @Test(arguments: [
        "for k in a.keys.sorted() {", "a.values\n    .map { $0 }\n    .sorted()", "let b = a.values.contains(3)",
        "if a.values.allSatisfy({ $0 > 0 }) {", "let n = a.keys.count", "for x in l {", "l.map { $0 }",
        "other.a.values",
        "let m = a.mapValues { $0 + 1 }", "let b = a[k].map { $0 }", "let b = Set(s.map { $0 })",
        "for x in l { a[x] = 1 }", "let n = s.first_", "// order-free: whole numbers add up alike\nfor x in s {",
        "let t = a.values.reduce(0, +)  // order-free: whole numbers add up alike",
    ]) func sortedAndOrderFreeWalksAreFine(code: String) {
        #expect(orderFindings(pure(head + code)).isEmpty)
    }

    @Test func anExcuseNeedsAReason() {
        #expect(orderFindings(pure(head + "for x in s {  // order-free:")).count == 1)
    }

    @Test func theShellMayWalkAsItLikes() {
        #expect(orderFindings(pure(head + "for x in s {", path: "Sources/Runner/A.swift")).isEmpty)
    }
}
