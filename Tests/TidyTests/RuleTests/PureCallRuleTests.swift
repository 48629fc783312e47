import Testing

@Suite struct PureCallRuleTests {
    private static let impure = [
        "let now = Date()", "ContinuousClock.now", "clock.Clock.now", "Int.random(in: 0..<3)", "a.randomElement()",
        "a.shuffled()", "var g = SystemRandomNumberGenerator()", "UUID()", "print(a)", "a.hashValue", "Task { f() }",
        "await withTaskGroup(of: Int.self) { _ in }", "async let a = f()", "Thread.sleep(forTimeInterval: 1)",
        "DispatchQueue.main", "FileManager.default", "(a).addingProduct(b, c)",
    ]

    @Test(arguments: impure) func ambientCallsInPureTargetsAreFound(code: String) {
        #expect(rows(pureCallFindings(pure("f()\n" + code))).first == 2)
    }

    @Test(arguments: impure) func theShellMayCallThem(code: String) {
        #expect(pureCallFindings(pure(code, path: "Sources/Runner/Sample.swift")).isEmpty)
    }

    @Test(arguments: [
        "let someDate = BirthDate(1)", "a.random(using: &random)", "a.shuffled(using: &random)", "// Date()",
        "\"print(1)\"", "fingerprint(a)", "struct Task {}", "spread.thread(1)",
    ]) func theirNamesakesAreFine(code: String) {
        #expect(pureCallFindings(pure(code)).filter { !$0.message.contains("`Task {`") }.isEmpty)
    }

    @Test func onlyWalkForwardMayFork() {
        let fork = "await withTaskGroup(of: Int.self) { _ in }"
        #expect(pureCallFindings(pure(fork, path: "Sources/Signals/WalkForward/A.swift")).isEmpty)
        #expect(pureCallFindings(pure(fork, path: "Sources/Signals/Artifact/A.swift")).count == 1)
        #expect(pureCallFindings(pure("Date()", path: "Sources/Signals/WalkForward/A.swift")).count == 1)
    }

    @Test func theReplacementIsNamed() {
        #expect(pureCallFindings(pure("Date()")).first?.message.contains("at now: Timestamp") == true)
    }
}
