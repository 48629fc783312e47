import Foundation
import Glibc
import Testing

extension Acceptance {
    /// Everything that is told at the most talkative: no key, secret or passphrase, and nothing that was signed with
    /// one, is in any of it.
    @Suite struct BitgetSecretTests {
        static let accounts = [
            ["--account", "classic"], ["--account", "unified"], ["--account", "classic", "--positions", "hedge"],
        ]

        /// Credentials that the venue refuses, with letters that look otherwise when they are encoded.
        private static let refused = [
            "BITGET_API_KEY": "bg_refused+key/hunter2=&?", "BITGET_API_SECRET": "refused secret+/hunter2=%",
            "BITGET_API_PASSPHRASE": "Refused Pass&hunter2/+=",
        ]

        private static let looks = [
            ["doctor", "--assets", "BTCUSDT"], ["doctor", "--json"], ["positions", "--json"], ["orders", "--json"],
            ["orders", "place", "--symbol", "BTCUSDT", "--id", "secret-1", "--side", "buy", "--quantity", "0.01"],
            ["status"], ["why", "BTCUSDT"],
        ]

        /// A secret as it is, and as programs write it into addresses, headers and documents.
        private func forms(_ secret: String) -> [String] {
            let bytes = Data(secret.utf8)
            let base64 = bytes.base64EncodedString()
            let encoded = [CharacterSet.alphanumerics, .urlQueryAllowed, .urlPathAllowed].compactMap {
                secret.addingPercentEncoding(withAllowedCharacters: $0)
            }
            let plain = base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            let json = (try? JSONEncoder().encode([secret])).map {
                String(decoding: $0.dropFirst(2).dropLast(2), as: UTF8.self)
            }
            let hexadecimal = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            return Array(Set([secret, base64, plain, hexadecimal] + encoded + (json.map { [$0] } ?? []))).sorted()
        }

        /// Names of headers that hold credentials, and signatures: base64 of 32 bytes.
        private func expectNoSignature(_ site: Site, at location: SourceLocation = #_sourceLocation) throws {
            var looked = 0
            let all = FileManager.default.enumerator(atPath: site.url.path)?.compactMap { $0 as? String } ?? []
            for name in all.sorted() where !name.hasPrefix("twin/") {
                guard let data = try? site.data(name) else { continue }
                looked += 1
                let text = String(decoding: data, as: UTF8.self)
                for word in ["ACCESS-SIGN", "ACCESS-KEY", "ACCESS-PASSPHRASE", "\"sign\"", "\"passphrase\""] {
                    #expect(
                        !text.localizedCaseInsensitiveContains(word), "\(word) is in \(name)", sourceLocation: location)
                }
                let signature = /(?:^|[^A-Za-z0-9+\/])[A-Za-z0-9+\/]{43}=(?:[^=]|$)/
                #expect(text.firstMatch(of: signature) == nil, "a signature is in \(name)", sourceLocation: location)
            }
            #expect(looked > 5, sourceLocation: location)
        }

        /// Through a crash, with credentials that are refused, while requests fail, and by every command that looks.
        @Test(arguments: accounts) func credentialsAndSignaturesAreNowhere(account: [String]) async throws {
            var live = try await LiveSite(account)
            live.settings = ["LOG_LEVEL": "trace", "RECONCILE_SECONDS": "1"]
            let first = try live.start()
            try await live.untilProtected()
            first.send(SIGKILL)
            #expect(try await first.end().status != 0)
            let wrong = live.environment.merging(Self.refused) { $1 }
            for command in [live.command] + Self.looks.prefix(5) {
                let end = try await live.site.run(command, environment: wrong)
                #expect(end.status != 0, "\(command): \(end.text)")
            }
            // The right key with a wrong secret reaches further: its signature is refused.
            for name in Self.refused.keys.sorted() {
                let mixed = live.environment.merging([name: Self.refused[name] ?? ""]) { $1 }
                let end = try await live.site.run(["doctor"], environment: mixed)
                #expect(end.status == 1 && end.output.contains(name), "\(end.text)")
            }
            let runner = try live.start()
            try await live.site.waitUntilRunning(runner.pid)
            // Streams break and answers are no answers: what is said about that names paths, not what was sent.
            let plan =
                #"{"faults":{"dropResponse":{"chance":0.05},"errorAfterAccept":{"chance":0.05}},"#
                + #""rules":[{"do":"malformed","chance":0.05},{"do":"reject","code":"40009","count":2}],"calmAfter":4}"#
            try await live.twin.control("faults", plan)
            try await live.twin.control("disconnect", "{}")
            for look in Self.looks { _ = try await live.site.run(look, environment: live.environment) }
            try await live.twin.control("faults", "{}")
            try await live.end(runner)
            let secrets = live.twin.secrets + Self.refused.values
            #expect(secrets.count == 6)
            try live.site.expectNowhere(secrets.flatMap(forms) + ["hunter2"])
            try expectNoSignature(live.site)
            try await live.twin.stop()
        }

        /// What searches would find what it searches for: a secret and a signature that were written down.
        @Test func theSearchFindsWhatItLooksFor() throws {
            let text = "key bg&1 sign x1VJH/M6ZMrBubJm8AhlLCRU/UoCs2VyXi6bP6lKBaU= end"
            #expect(text.firstMatch(of: /(?:^|[^A-Za-z0-9+\/])[A-Za-z0-9+\/]{43}=(?:[^=]|$)/) != nil)
            #expect(
                forms("a b+").contains("a%20b%2B") && forms("a b+").contains(Data("a b+".utf8).base64EncodedString()))
        }
    }
}
