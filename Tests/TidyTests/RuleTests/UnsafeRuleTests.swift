import Testing

@Suite struct UnsafeRuleTests {
    @Test(arguments: [
        "let a = b!", "f(a)!.c", "a[0]! + 1", "x as! Y", "var a: View!", "try! f()", "{ a }()!", "b?.c!",
        "final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1", "unsafeBitCast(a, to: B.self)",
    ]) func promisesWithoutAReasonAreFound(code: String) {
        #expect(rows(unsafeFindings(pure("import Core\n" + code))) == [2])
    }

    @Test(arguments: [
        "if !a {}", "a != b", "a !== b", "#if !os(Linux)", "f(!a)", "\"Stop!\"", "// Stop!", "[!a, !b]",
        "final class A: @unchecked Sendable {}  // guarded by `lock`",
        "// Guarded by `lock`.\nfinal class A: @unchecked Sendable {}",
    ]) func negationsAndExplainedPromisesAreFine(code: String) {
        #expect(unsafeFindings(pure(code)).isEmpty)
    }

    @Test func aForcedValueIsNotExcusedByAComment() {
        #expect(unsafeFindings(pure("let a = b!  // never nil")).count == 1)
    }
}
