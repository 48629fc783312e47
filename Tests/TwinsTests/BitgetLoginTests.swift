import Core
import Simulator
import Testing
import Twins

/// Who opens a private stream and does not log in is shown out; everybody else stays.
@Suite struct BitgetLoginTests {
    private func desk(seconds: Int64 = 30) -> Desk {
        var setup = BitgetSetup()
        setup.loginTimeout = .seconds(seconds)
        return Desk(setup)
    }

    private func open(_ desk: inout Desk, _ path: String, session: Int = 1) {
        let isOpen = desk.world.open(session, path: path, at: TwinMoment(desk.now))
        #expect(isOpen)
    }

    private func logIn(_ desk: inout Desk, session: Int = 1, secret: String = BitgetKey.trading.secret) {
        let stamp = String(desk.now.milliseconds / 1000)
        let login: Wire = [
            "apiKey": .text(BitgetKey.trading.key), "passphrase": .text(BitgetKey.trading.passphrase),
            "timestamp": .text(stamp), "sign": .text(Desk.sign("\(stamp)GET/user/verify", secret)),
        ]
        let text = Wire.json(["op": "login", "args": [login]]).description
        desk.world.receive(text, from: session, at: TwinMoment(desk.now))
    }

    /// What a session was told: codes of errors, and how it ended.
    private func hear(_ desk: inout Desk, session: Int = 1) -> [String] {
        desk.world.takeMessages().filter { $0.session == session }.map { message in
            switch message.content {
            case .text(let text):
                Wire(json: text.utf8).flatMap { $0["code"]?.string ?? $0["event"]?.string } ?? text
            case .hangUp: "hung up"
            case .close(let code): "closed with \(code)"
            }
        }
    }

    @Test(arguments: ["/v2/ws/private", "/v3/ws/private"], [5, 30])
    func aPrivateStreamWithoutALoginEnds(path: String, seconds: Int64) {
        var desk = desk(seconds: seconds)
        open(&desk, path)
        desk.wait(seconds * 1000)
        let heard1 = hear(&desk)
        #expect(heard1.isEmpty, "until then it may come")
        // Neither pings nor subscriptions are logins.
        desk.world.receive("ping", from: 1, at: TwinMoment(desk.now))
        desk.wait(1)
        let heard2 = hear(&desk)
        #expect(heard2 == ["pong", "30004", "hung up"])
        desk.wait(1000)
        let heard3 = hear(&desk)
        #expect(heard3.isEmpty, "once")
    }

    @Test func aLoginKeepsItOpen() {
        var desk = desk()
        open(&desk, "/v2/ws/private")
        desk.wait(29_000)
        logIn(&desk)
        let heard4 = hear(&desk)
        #expect(heard4 == ["0"])
        desk.wait(60_000)
        let heard5 = hear(&desk)
        #expect(heard5.isEmpty)
    }

    @Test func aRefusedLoginIsNone() {
        var desk = desk()
        open(&desk, "/v2/ws/private")
        logIn(&desk, secret: "wrong")
        let heard6 = hear(&desk)
        #expect(heard6 == ["30015", "hung up"])
    }

    @Test func aPublicStreamNeedsNoLogin() {
        var desk = desk(seconds: 5)
        open(&desk, "/v2/ws/public")
        desk.wait(60_000)
        let heard7 = hear(&desk)
        #expect(heard7.isEmpty)
    }

    /// Each has its own time.
    @Test func oneStrangerTakesNobodyWithIt() {
        var desk = desk()
        open(&desk, "/v2/ws/private", session: 1)
        desk.wait(20_000)
        open(&desk, "/v2/ws/private", session: 2)
        logIn(&desk, session: 2)
        open(&desk, "/v2/ws/private", session: 3)
        desk.wait(11_000)
        let messages = desk.world.takeMessages()
        #expect(messages.filter { $0.content == .hangUp }.map(\.session) == [1])
    }
}
