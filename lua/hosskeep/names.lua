-- Names that people type: strict, but with a hint at what may have been meant.

local names = {}

local function smallest(a, b, c)
    if b < a then
        a = b
    end
    return c < a and c or a
end

--- How many letters must change to make `a` into `b` (Levenshtein).
function names.distance(a, b)
    local row = {}
    for j = 0, #b do
        row[j] = j
    end
    for i = 1, #a do
        local diagonal = row[0]
        row[0] = i
        for j = 1, #b do
            local cost = a:byte(i) == b:byte(j) and 0 or 1
            diagonal, row[j] = row[j], smallest(row[j] + 1, row[j - 1] + 1, diagonal + cost)
        end
    end
    return row[#b]
end

--- The entry of `list` that is nearest to `name`, or nil when none is near.
function names.closest(name, list)
    local best, least = nil, nil
    for _, candidate in ipairs(list) do
        local far = names.distance(name:lower(), candidate:lower())
        if candidate:find(name, 1, true) == 1 or name:find(candidate, 1, true) == 1 then
            far = math.min(far, 2)
        end
        if not least or far < least then
            best, least = candidate, far
        end
    end
    if least and least <= math.max(2, #name // 3) then
        return best
    end
    return nil
end

--- "no step "x" (did you mean "y"?); valid: a, b": the text for a name that does not exist.
function names.unknown(what, name, list)
    local near = names.closest(tostring(name), list)
    return string.format(
        'no %s "%s"%s; valid: %s',
        what,
        tostring(name),
        near and string.format(' (did you mean "%s"?)', near) or "",
        #list > 0 and table.concat(list, ", ") or "none"
    )
end

--- The keys of a table, sorted.
function names.sorted(t)
    local list = {}
    for key in pairs(t) do
        list[#list + 1] = tostring(key)
    end
    table.sort(list)
    return list
end

--- Raises unless every key of `t` is in `valid` (a list); `level` is the caller to blame.
function names.check_keys(what, t, valid, level)
    local known = {}
    for _, name in ipairs(valid) do
        known[name] = true
    end
    for _, key in ipairs(names.sorted(t)) do
        if not known[key] then
            error(names.unknown(what, key, valid), level or 3)
        end
    end
end

return names
