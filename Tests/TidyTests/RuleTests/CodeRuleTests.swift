import Testing

@Suite struct CodeRuleTests {
    private let page = SourceFile(path: "docs/codes.md", text: "| `KNOWN_ONE` | `OTHER_ONE` |")

    @Test func findsCodesThatThePageDoesNotName() {
        let text = """
            throw VenueError(.rejected, code: "KNOWN_ONE", message: "")
            throw VenueError(.rejected, code: "NEW_ONE", message: "set BITGET_API_KEY")
            throw VenueError(.rejected, code: isOdd ? "OTHER_ONE" : "STOP_IN_THE_WAY", message: "")
            static let trustCode = "BITGET_TRUST"
            """
        let file = SourceFile(path: "Sources/Brokers/Venue/Broker.swift", text: text)
        #expect(rows(codeFindings(file, on: page)) == [2, 3, 4])
    }

    @Test func looksAtVenueClientsAlone() {
        let text = #"throw VenueError(.rejected, code: "NEW_ONE", message: "")"#
        for path in ["Sources/Engine/Desk.swift", "Sources/Brokers/Simulated/Broker.swift"] {
            #expect(codeFindings(SourceFile(path: path, text: text), on: page).isEmpty)
        }
    }
}
