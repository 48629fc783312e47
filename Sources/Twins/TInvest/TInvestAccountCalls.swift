import Core

// UsersService, OperationsService and what only SandboxService has.

extension TInvestRoute {
    static let users: [TInvestRoute] = [
        TInvestRoute("UsersService/GetAccounts", limit: 100) { world, call throws(TInvestFault) in
            world.listAccounts(call)
        },
        TInvestRoute("UsersService/GetInfo", limit: 100) { _, _ throws(TInvestFault) in
            [
                "premStatus": false, "qualStatus": false, "qualifiedForWorkWith": [], "tariff": "trader",
                "userId": "1", "riskLevelCode": "STANDARD",
            ]
        },
        TInvestRoute("UsersService/GetMarginAttributes", limit: 100) { world, call throws(TInvestFault) in
            try world.margin(call)
        },
        TInvestRoute("UsersService/GetUserTariff", limit: 100) { world, _ throws(TInvestFault) in world.tariff },
    ]

    static let operations: [TInvestRoute] = [
        TInvestRoute("OperationsService/GetPositions", limit: 200) { world, call throws(TInvestFault) in
            world.positions(try world.account(call))
        },
        TInvestRoute("OperationsService/GetPortfolio", limit: 200) { world, call throws(TInvestFault) in
            world.portfolio(try world.account(call))
        },
        TInvestRoute("OperationsService/GetWithdrawLimits", limit: 200) { world, call throws(TInvestFault) in
            let holder = try world.account(call)
            let blocked = world.blockedMoney(holder.id)
            return [
                "money": [.money(holder.money - blocked)], "blocked": [.money(blocked)],
                "blockedGuarantee": [.money(Money.zero)],
            ]
        },
        TInvestRoute("OperationsService/GetOperationsByCursor", limit: 200) { world, call throws(TInvestFault) in
            try world.operations(call)
        },
    ]

    static let sandbox: [TInvestRoute] = [
        TInvestRoute("SandboxService/OpenSandboxAccount", limit: 200) { world, call throws(TInvestFault) in
            guard world.setup.isSandbox else { throw TInvestFault.token }
            guard world.accounts.filter(\.isOpen).count < 10 else {
                throw TInvestFault("35001", "The limit of sandbox accounts is reached")
            }
            let id = world.newUUID()
            world.accounts.append(
                TInvestAccount(id: id, name: call["name"] ?? "", openedAt: world.now.venue, money: .zero))
            return ["accountId": .text(id)]
        },
        TInvestRoute("SandboxService/CloseSandboxAccount", limit: 200) { world, call throws(TInvestFault) in
            let holder = try world.account(call)
            for number in world.open where world.orders[number].draft.leg.account == holder.id {
                world.end(number, cause: "CAUSE_CANCELLED_BY_BROKER")
            }
            for index in world.accounts.indices where world.accounts[index].id == holder.id {
                world.accounts[index].isOpen = false
            }
            return [:]
        },
        TInvestRoute("SandboxService/SandboxPayIn", limit: 200) { world, call throws(TInvestFault) in
            let holder = try world.account(call)
            guard let index = world.account(holder.id), let amount = call.fields["amount"]?.exact else {
                throw TInvestFault("30102", "Missing parameter: 'amount'")
            }
            guard (call.fields["amount"]?["currency"]?.string ?? "rub").lowercased() == "rub" else {
                throw TInvestFault("30047", "The currency is not supported")
            }
            world.accounts[index].pay(Money(amount))
            world.pushPositions(holder.id)
            return ["balance": .money(world.accounts[index].money)]
        },
    ]
}
