import Core
import Foundation
import Simulator
import Testing
import Twins

@Suite struct TInvestOrderTests {
    @Test func aMarketOrderIsNewThenFilledInPiecesWithCommissionInKopecks() throws {
        var desk = TInvestDesk()
        let answer = desk.place("BUY", 2)
        #expect(answer["executionReportStatus"] == "EXECUTION_REPORT_STATUS_NEW")
        let state = desk.state(try #require(answer["orderId"]?.string))
        #expect(state["executionReportStatus"] == "EXECUTION_REPORT_STATUS_FILL")
        #expect(state["lotsExecuted"] == "2")
        // Twenty pieces at 300: the state tells the total, its average the price of one piece.
        #expect(state["executedOrderPrice"]?["units"] == "6000")
        #expect(state["averagePositionPrice"]?["units"] == "300")
        #expect(desk.positions()["securities"]?.elements.first?["balance"] == "20")
        // 6000 and five basis points of it.
        #expect(desk.world.books["accounts"]?.elements.first?["money"] == "993997")
    }

    @Test func aRestingPurchaseBlocksItsMoneyAndGivesItBackWhenCancelled() throws {
        var desk = TInvestDesk()
        let id = try #require(desk.place("BUY", 1, price: "290")["orderId"]?.string)
        #expect(desk.positions()["blocked"]?.elements.first?["units"] == "2901")
        #expect(desk.positions()["money"]?.elements.first?["units"] == "997098")
        _ = desk.call("OrdersService/CancelOrder", ["accountId": .text(desk.account), "orderId": .text(id)])
        #expect(desk.positions()["blocked"]?.elements.first?["units"] == "0")
        #expect(desk.state(id)["executionReportStatus"] == "EXECUTION_REPORT_STATUS_CANCELLED")
    }

    @Test func aRestingOrderIsFilledAtItsOwnPrice() throws {
        var desk = TInvestDesk()
        let id = try #require(desk.place("BUY", 1, price: "290")["orderId"]?.string)
        desk.price("280")
        #expect(desk.state(id)["averagePositionPrice"]?["units"] == "290")
    }

    @Test func aRepeatedKeyIsRefusedOrAnsweredWithTheStateButNeverOrdersTwice() {
        var desk = TInvestDesk()
        let key = desk.key()
        let first = desk.place("BUY", 1, key: key)
        #expect(desk.place("BUY", 1, key: key) == "30057")
        desk.control("quirks", ["duplicates": "state"])
        #expect(desk.place("BUY", 1, key: key)["orderId"] == first["orderId"])
        #expect(desk.world.books["deals"]?.elements.count == 1)
    }

    @Test func anOrderBehindAnInternalErrorIsThereAndFoundLater() {
        var desk = TInvestDesk()
        desk.control("quirks", ["lateOrders": 1, "lateMs": 3000])
        let key = desk.key()
        #expect(desk.place("BUY", 1, key: key) == "70002")
        #expect(desk.state(key, byKey: true) == "50005")
        #expect(desk.place("BUY", 1, key: key) == "30057")
        desk.wait(3_000)
        #expect(desk.state(key, byKey: true)["lotsExecuted"] == "1")
    }

    @Test func aReplacementMayCancelTheOldOrderAndThenFail() throws {
        var desk = TInvestDesk()
        let id = try #require(desk.place("BUY", 1, price: "290")["orderId"]?.string)
        desk.control("quirks", ["failedReplaces": 1])
        let answer = desk.call(
            "OrdersService/ReplaceOrder",
            [
                "accountId": .text(desk.account), "orderId": .text(id), "idempotencyKey": .text(desk.key()),
                "quantity": "1", "price": ["units": "291", "nano": 0],
            ])
        #expect(answer == "30049")
        #expect(desk.state(id)["executionReportStatus"] == "EXECUTION_REPORT_STATUS_CANCELLED")
        #expect(desk.world.books["orders"]?.elements.count == 1)
    }

    @Test func aPartlyFilledOrderKeepsItsLotsWhenCancelled() throws {
        let json = #"{"rules": [{"do": "partialThenNothing", "path": "SBER", "parts": 2}]}"#
        let plan = try JSONDecoder().decode(TwinFaultPlan.self, from: Data(json.utf8))
        var desk = TInvestDesk(plan: plan)
        let id = try #require(desk.place("BUY", 4)["orderId"]?.string)
        #expect(desk.state(id)["executionReportStatus"] == "EXECUTION_REPORT_STATUS_PARTIALLYFILL")
        _ = desk.call("OrdersService/CancelOrder", ["accountId": .text(desk.account), "orderId": .text(id)])
        #expect(desk.state(id)["executionReportStatus"] == "EXECUTION_REPORT_STATUS_CANCELLED")
        #expect(desk.state(id)["lotsExecuted"] == "2")
    }

    @Test func aSaleOfWhatIsNotThereWantsConsent() {
        var desk = TInvestDesk()
        #expect(desk.place("SELL", 1) == "30240")
    }

    @Test func theSandboxFillsAtOnceUnderUUIDsAndBeginsEmpty() throws {
        var setup = TInvestSetup()
        setup.isSandbox = true
        var desk = TInvestDesk(setup)
        desk.account = try #require(desk.call("SandboxService/OpenSandboxAccount")["accountId"]?.string)
        #expect(desk.place("BUY", 1) == "30034")
        _ = desk.call(
            "SandboxService/SandboxPayIn",
            ["accountId": .text(desk.account), "amount": ["currency": "rub", "units": "10000", "nano": 0]])
        let answer = desk.place("BUY", 1)
        #expect(answer["executionReportStatus"] == "EXECUTION_REPORT_STATUS_FILL")
        #expect(answer["orderId"]?.string?.count == 36)
    }
}
