; What electron-builder's installer does not do: the command on the user's PATH, and on removal everything that the app has written in the registry.
; An update uninstalls the old version before it installs the new one: then nothing of this is undone.

!include "LogicLib.nsh"
!include "WinMessages.nsh"
!include "FileFunc.nsh"

; A PATH that does not fit into a variable of NSIS would be cut off when it is written back, so it is left alone: "Install command" in the app's
; settings does the same without that limit.
!define PATH_LIMIT 7000

!macro customInstall
  ReadRegStr $R0 HKCU "Environment" "Path"
  StrLen $R1 "$R0"
  ${If} $R1 < ${PATH_LIMIT}
    Push "$R0;"
    Push "$INSTDIR\bin;"
    Call pathContains
    Pop $R2
    ${If} $R2 == "no"
      ${If} $R0 == ""
        WriteRegExpandStr HKCU "Environment" "Path" "$INSTDIR\bin"
      ${Else}
        WriteRegExpandStr HKCU "Environment" "Path" "$R0;$INSTDIR\bin"
      ${EndIf}
      ; Programs that start from now on know the new PATH.
      SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=5000
    ${EndIf}
  ${EndIf}
!macroend

; The one-click uninstaller is silent once its first question is answered, so what it asks is asked here. `/S` on the command line asks nothing and
; keeps the data.
!macro customUnInit
  StrCpy $deleteData "no"
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/S" $R1
  ${If} ${Errors}
  ${AndIfNot} ${isUpdated}
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Delete the settings, API keys, conversations and logs of Claudacity, too?$\r$\n$\r$\nThe claude CLI and its sign-in stay as they are." IDNO keepData
    StrCpy $deleteData "yes"
    keepData:
  ${EndIf}
!macroend

!macro customUnInstall
  ${IfNot} ${isUpdated}
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "Claudacity"
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run" "Claudacity"
    ReadRegStr $R0 HKCU "Environment" "Path"
    StrLen $R1 "$R0"
    ${If} $R1 < ${PATH_LIMIT}
      Push "$R0"
      Push "$INSTDIR\bin"
      Call un.pathWithout
      Pop $R2
      ${If} $R2 != $R0
        ${If} $R2 == ""
          DeleteRegValue HKCU "Environment" "Path"
        ${Else}
          WriteRegExpandStr HKCU "Environment" "Path" "$R2"
        ${EndIf}
        SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=5000
      ${EndIf}
    ${EndIf}
    ${If} $deleteData == "yes"
      RMDir /r "$APPDATA\Claudacity"
    ${EndIf}
  ${EndIf}
!macroend

!ifdef BUILD_UNINSTALLER
  Var deleteData

  ; Pops a folder and a PATH, and pushes the PATH without that folder.
  Function un.pathWithout
    Exch $0 ; the folder
    Exch
    Exch $1 ; the rest of the PATH
    Push $2 ; the result
    Push $3 ; the position in the rest
    Push $4 ; an entry, or a character
    StrCpy $2 ""
    nextEntry:
      StrCpy $3 0
      nextCharacter:
        StrCpy $4 $1 1 $3
        StrCmp $4 "" entryEnds
        StrCmp $4 ";" entryEnds
        IntOp $3 $3 + 1
        Goto nextCharacter
      entryEnds:
        StrCpy $4 $1 $3
        IntOp $3 $3 + 1
        StrCpy $1 $1 "" $3
        StrCmp $4 $0 skipEntry
        StrCmp $4 "" skipEntry
        StrCmp $2 "" 0 appendEntry
        StrCpy $2 $4
        Goto skipEntry
      appendEntry:
        StrCpy $2 "$2;$4"
      skipEntry:
        StrCmp $1 "" 0 nextEntry
    StrCpy $0 $2
    Pop $4
    Pop $3
    Pop $2
    Pop $1
    Exch $0
  FunctionEnd
!else
  ; Pops a folder and a PATH, each with a semicolon at its end, and pushes whether the folder is in it: yes or no.
  Function pathContains
    Exch $0 ; the folder
    Exch
    Exch $1 ; the PATH
    Push $2
    Push $3
    Push $4
    StrCpy $1 ";$1"
    StrCpy $0 ";$0"
    StrLen $2 $0
    StrCpy $3 0
    nextPosition:
      StrCpy $4 $1 $2 $3
      StrCmp $4 "" notFound
      StrCmp $4 $0 found
      IntOp $3 $3 + 1
      Goto nextPosition
    found:
      StrCpy $0 "yes"
      Goto done
    notFound:
      StrCpy $0 "no"
    done:
    Pop $4
    Pop $3
    Pop $2
    Pop $1
    Exch $0
  FunctionEnd
!endif
