package import Core

extension TinkoffBroker {
    package func cancelAll(_ symbol: Symbol) async throws {
        let methods = try await account()
        let named = await Self.result { try await share(symbol).uid }
        var (failures, found): ([VenueError], Bool) = ([], false)
        func cancel(_ uid: String, _ ticker: String?, _ question: TinkoffQuestion<Bool>) async {
            switch await isMeant(uid, ticker, symbol, named) {
            case .success(true): break
            case .success(false): return
            case .failure(let error): return failures.append(error)
            }
            found = true
            do {
                _ = try await client.ask(question)
            } catch {
                // What has ended meanwhile needs no cancellation.
                if ![.ended, .notFound].contains(error.verdict) { failures.append(error.error) }
            }
        }
        for order in try await readOrders() where !order.state.isFinal {
            await cancel(order.uid, order.ticker, methods.cancel(order.orderID))
        }
        if seesStops {
            for stop in try await readStops(since: .now) {
                await cancel(stop.uid, stop.ticker, methods.unprotect(stop.stopID))
            }
        }
        hearOfStops()
        if !found, case .failure(let error) = named { throw error }
        if let first = failures.first { throw first }
    }

    /// Whether an order is one of `symbol`: by the share itself, or by the name that it is listed under where nobody
    /// tells what share that is.
    private func isMeant(
        _ uid: String, _ ticker: String?, _ symbol: Symbol, _ named: Result<String, VenueError>
    ) async -> Result<Bool, VenueError> {
        if case .success(let own) = named { return .success(uid == own) }
        return await Self.result { try await listedSymbol(uid, ticker) == symbol }
    }

    private static func result<Value: Sendable>(
        _ body: () async throws -> Value
    ) async -> Result<Value, VenueError> {
        do {
            return .success(try await body())
        } catch {
            return .failure(
                error as? VenueError ?? VenueError(.retryable, code: "TINKOFF_NOT_SENT", message: "\(error)"))
        }
    }
}
