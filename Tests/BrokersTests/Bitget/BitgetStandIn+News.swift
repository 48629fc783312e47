import Foundation
import Synchronization

extension BitgetStandIn {
    /// The market comes to the orders that rest.
    func fillResting() {
        let news = state.withLock { state -> [String] in
            state.exchange.fillResting()
            return streamNews(state)
        }
        for message in news { server.withLock { $0 }?.push(message, to: "private") }
    }

    /// What the private stream tells when something changed: the last order, in as many words as the reference shows.
    func streamNews(_ state: State) -> [String] {
        guard let order = state.exchange.orders.last else { return [] }
        if isUnified {
            return [
                #"{"action":"snapshot","arg":{"instType":"UTA","topic":"order"},"data":[\#(unifiedRow(order))],"ts":1}"#
            ]
        }
        let kind = isSpot ? "SPOT" : "USDT-FUTURES"
        return [
            #"{"action":"snapshot","arg":{"instType":"\#(kind)","channel":"orders","instId":"default"},"data":["#
                + #"""
                {"instId":"BTCUSDT","orderId":"\#(order.id)","clientOid":"\#(order.client)","size":"\#
                \#(order.size)",
                """#
                + #""accBaseVolume":"\#(order.filled)","baseVolume":"0","price":"0","orderType":"market","side":"#
                    + #"""
                    "\#(classicSide(order))","status":"\#(order.state)","posMode":"\#(posMode(state))","leverage":20\#
                    }],"ts":1}
                    """#
        ]
    }
}
