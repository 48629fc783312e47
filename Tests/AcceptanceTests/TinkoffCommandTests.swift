import Foundation
import Testing

/// Commands of the broker of shares, without a venue: each failure names its fix.
@Suite struct TinkoffCommandTests {
    @Test func everyCommandSaysThatATokenIsMissing() async throws {
        let site = try Site()
        let look = try await site.run(["doctor", "--venue", "tinkoff", "--assets", "SBER"])
        #expect(look.status == 1 && look.text.contains("TINKOFF_API_TOKEN"))
        try await site.fail(77, saying: ["TINKOFF_API_TOKEN"], ["positions", "--venue", "tinkoff"])
        try await site.fail(77, saying: ["TINKOFF_API_TOKEN"], ["sandbox"])
        try await site.fail(
            77, saying: ["TINKOFF_API_TOKEN"],
            ["data", "download", "--venue", "tinkoff", "--assets", "SBER", "--interval", "1h"])
    }

    @Test func aMissingFileOfCertificatesIsNamedWithTheRemedy() async throws {
        let site = try Site()
        try await site.fail(
            78, saying: ["roots.pem", "TINKOFF_CA_FILE", "gosuslugi.ru/crt"],
            ["positions", "--venue", "tinkoff"],
            environment: ["TINKOFF_API_TOKEN": "t.hunter2", "TINKOFF_CA_FILE": "/nowhere/roots.pem"])
    }

    @Test func aVenueThatDoesNotAnswerIsUnavailable() async throws {
        let site = try Site()
        let end = try await site.fail(
            69, saying: ["TINKOFF"], ["positions", "--venue", "tinkoff"],
            environment: ["TINKOFF_API_TOKEN": "t.hunter2", "TINKOFF_BASE_URL": "http://127.0.0.1:9"])
        #expect(!end.text.contains("hunter2"))
    }
}
