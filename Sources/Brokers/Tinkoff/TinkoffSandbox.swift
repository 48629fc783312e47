package import Core

extension TinkoffBroker {
    /// Opens a sandbox account where there is none and brings its roubles up to an amount. On request only.
    ///
    /// - Returns: The account's id and its roubles.
    /// - Throws: `VenueError`, also outside the sandbox.
    package func openSandbox(roubles: Money) async throws -> (account: String, roubles: Money) {
        guard settings.isSandbox else {
            throw VenueError(
                .configuration, code: "TINKOFF_NO_SANDBOX", message: "set TINKOFF_SANDBOX=1 to use the sandbox")
        }
        let open = try await ask(TinkoffMarketData.accounts()).filter(\.isOpen)
        let known = settings.accountID.flatMap { id in open.first { $0.id == id } } ?? open.first
        let account: String
        if let known {
            account = known.id
        } else {
            account = try await ask(TinkoffMarketData.openSandbox(settings.appName))
        }
        let held = try await ask(TinkoffMethods(account: account).positions()).money["RUB"] ?? .zero
        guard held < roubles, let question = TinkoffMarketData.paySandbox(account, roubles - held) else {
            return (account, held)
        }
        return (account, try await ask(question))
    }
}
