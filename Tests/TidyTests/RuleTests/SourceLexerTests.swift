import Testing

@Suite struct SourceLexerTests {
    @Test func commentsAndStringsAreNotCode() {
        let file = pure(#"let a = "x // y" // print(1)"# + "\n/* Date() */ let b = 1\nlet c = #\"a\"b\"#; f()")
        #expect(file.lines[0].code == "let a = \"\" ")
        #expect(file.lines[0].comment == "// print(1)")
        #expect(file.lines[0].strings == ["x // y"])
        #expect(file.lines[1].code == " let b = 1")
        #expect(file.lines[2].code == "let c = \"\"; f()" && file.lines[2].strings == ["a\"b"])
    }

    @Test func interpolationIsCode() {
        let line = pure(#"g("total \(names.map { "<\($0)>" }) of \"x\"") // end"#).lines[0]
        #expect(line.code.contains("names.map"))
        #expect(!line.code.contains("total") && !line.code.contains("end"))
        #expect(line.comment == "// end")
    }

    @Test func longStringsAndNestedCommentsSpanLines() {
        let file = pure("let a = \"\"\"\n  Date() \"quoted\"\n  \"\"\"\nf()\n/* a /* b */ c\nd */ g()")
        #expect(file.lines.map(\.code) == ["let a = \"", "", "\"", "f()", "", " g()", ""])
    }

    @Test func linesKeepTheirNumbersAndText() {
        let text = "a\n\"\"\"\nb\\\n\"\"\"\nc"
        #expect(pure(text).lines.map(\.raw).joined(separator: "\n") == text + "\n")
        #expect(pure(text).lines.map(\.number) == Array(1...6))
    }

    @Test func importsAreReadWithTheirModule() {
        let text =
            "public import Core\n@preconcurrency import Foundation.NSURL\nimport struct Core.Price\n"
            + "// import X\nimportant()"
        #expect(pure(text).imports.map(\.module) == ["Core", "Foundation", "Core"])
    }
}
