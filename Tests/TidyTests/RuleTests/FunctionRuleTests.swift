import Testing

@Suite struct FunctionRuleTests {
    private func body(_ head: String, lines: Int) -> String {
        ([head + " {"] + Array(repeating: "    f()", count: lines - 2) + ["}"]).joined(separator: "\n")
    }

    @Test(arguments: [
        "func a()", "public static func a<T: B>(_ b: [C] = { [] }()) async throws(E) -> (D, E)", "init?(a: B)",
        "private mutating func a(\n    b: C = .init { 1 },\n    d: E\n) -> F where G: H", "deinit",
        "subscript(a: Int) -> B",
        "@discardableResult func + (a: B, c: D) -> E",
    ]) func sixtyLinesAreTheLimit(head: String) {
        let extra = head.split(separator: "\n").count - 1
        #expect(functionFindings(pure(body(head, lines: 60 - extra))).isEmpty)
        #expect(rows(functionFindings(pure("// one\n" + body(head, lines: 61 - extra)))) == [2])
    }

    @Test func requirementsHaveNoBody() {
        let text = "protocol P {\n    func a()\n    init(b: Int)\n}\n" + body("struct S", lines: 100)
        #expect(functionFindings(pure(text)).isEmpty)
    }

    @Test func bracesInStringsDoNotCount() {
        #expect(functionFindings(pure("func a() {\n  g(\"{{\")\n}\n" + body("struct S", lines: 90))).isEmpty)
    }

    @Test func anInnerFunctionDoesNotHideTheOuter() {
        let text = "func a() {\n" + body("func b()", lines: 60) + "\n}"
        #expect(rows(functionFindings(pure(text))) == [1])
    }
}
