package import Core

extension BitgetClassic {
    private var kind: String { isSpot ? "SPOT" : BitgetSettings.productType }

    package func publicTopics(_ symbols: [Symbol]) -> [BitgetBody] {
        symbols.map { ["instType": .text(kind), "channel": "ticker", "instId": .text($0.name)] }
    }

    package func privateTopics() -> [BitgetBody] {
        let channels = isSpot ? ["orders", "fill"] : ["orders", "fill", "positions", "orders-algo"]
        return channels.map { ["instType": .text(kind), "channel": .text($0), "instId": "default"] }
    }

    package func tickers(_ message: JSONValue) throws(VenueError) -> [BitgetTicker] {
        guard message["arg"]?["channel"]?.isWord("ticker") == true else { return [] }
        var tickers: [BitgetTicker] = []
        for row in message["data"]?.elements ?? [] { tickers.append(try Self.readTicker(row, "ticker stream")) }
        return tickers
    }

    package func hint(_ message: JSONValue) throws(VenueError) -> BitgetHint {
        var hint = BitgetHint()
        guard let channel = message["arg"]?["channel"] else { return hint }
        if channel.isWord("orders") {
            for row in message["data"]?.elements ?? [] where BitgetReading.foreignName(row) == nil {
                let order = try readOrder(row, "orders stream", nil)
                hint.orders.append(order)
                hint.hasFills = hint.hasFills || order.filled > .zero
            }
        }
        hint.hasFills = hint.hasFills || channel.isWord("fill")
        hint.hasPlans = channel.isWord("orders-algo")
        hint.hasPositions = channel.isWord("positions")
        return hint
    }
}
